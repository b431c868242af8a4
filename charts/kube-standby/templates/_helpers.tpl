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

{{/* "true" if a probe is a command in the pod: its own handler counts, or else that of the defaults. */}}
{{- define "kube-standby.runsInPod" -}}
{{- $probe := .probe | default dict -}}
{{- $hasHandler := or (get $probe "httpGet") (get $probe "tcpSocket") (get $probe "grpc") (get $probe "exec") -}}
{{- $exec := get (ternary $probe (.defaults | default dict) (not (empty $hasHandler))) "exec" -}}
{{- if and $exec (ne (get $exec "runIn" | default "Pod") "Supervisor") -}}true{{- end -}}
{{- end -}}

{{/* The namespaces of groups that run commands in pods, as a JSON object. */}}
{{- define "kube-standby.execNamespaces" -}}
{{- $namespaces := dict -}}
{{- $defaults := .Values.config.defaults | default dict -}}
{{- range $group := .Values.config.groups -}}
{{- range $name := list "probe" "passiveProbe" -}}
{{- $runs := include "kube-standby.runsInPod" (dict "probe" (get $group $name) "defaults" (get $defaults $name)) -}}
{{- if $runs -}}{{- $_ := set $namespaces ($group.namespace | default $.Release.Namespace) true -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- $namespaces | toJson -}}
{{- end -}}

{{/* The container's resources as a JSON object, a blank memory limit filled in by the number of groups. */}}
{{- define "kube-standby.resources" -}}
{{- $resources := deepCopy (.Values.resources | default dict) -}}
{{- $limits := get $resources "limits" -}}
{{- if and (kindIs "map" $limits) (not (get $limits "memory")) -}}
{{- $kibibytes := add (mul 64 1024) (mul 80 (len .Values.config.groups)) -}}
{{- $mebibytes := max 128 (div (add $kibibytes 1023) 1024) -}}
{{- $_ := set $limits "memory" (printf "%dMi" $mebibytes) -}}
{{- end -}}
{{- $resources | toJson -}}
{{- end -}}
