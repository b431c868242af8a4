{{- define "kube-standby.name" -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "kube-standby.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "kube-standby.name" .) -}}
{{- end -}}

{{- define "kube-standby.labels" -}}
app.kubernetes.io/name: kube-standby
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "kube-standby.selector" -}}
app.kubernetes.io/name: kube-standby
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The namespaces of the groups, each once, as a JSON object from namespace to the names of its groups. */}}
{{- define "kube-standby.namespaces" -}}
{{- $namespaces := dict -}}
{{- range .Values.config.groups -}}
{{- $namespace := .namespace | default $.Release.Namespace -}}
{{- $groups := get $namespaces $namespace | default list -}}
{{- $_ := set $namespaces $namespace (append $groups .name) -}}
{{- end -}}
{{- $namespaces | toJson -}}
{{- end -}}
