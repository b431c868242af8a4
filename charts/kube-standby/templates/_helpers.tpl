{{/* The release's name as a DNS label, which a Lease's prefix has to be: helm allows dots and 53 characters. */}}
{{- define "kube-standby.name" -}}
{{- .Release.Name | replace "." "-" | trunc 52 | trimAll "-" -}}
{{- end -}}

{{/* The Service for metrics; before Kubernetes 1.34 a letter has to begin its name. */}}
{{- define "kube-standby.metricsService" -}}
{{- $name := include "kube-standby.name" . -}}
{{- ternary (printf "%s-metrics" $name) (printf "metrics-%s" $name) (regexMatch "^[a-z]" $name) -}}
{{- end -}}

{{- define "kube-standby.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (include "kube-standby.name" .) -}}
{{- end -}}

{{- define "kube-standby.labels" -}}
app.kubernetes.io/name: kube-standby
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "kube-standby.selector" -}}
app.kubernetes.io/name: kube-standby
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* The namespaces of the groups and of the release, each once, as a JSON object from namespace to the names of its groups. */}}
{{- define "kube-standby.namespaces" -}}
{{- $namespaces := dict .Release.Namespace list -}}
{{- range .Values.config.groups -}}
{{- $namespace := .namespace | default $.Release.Namespace -}}
{{- $groups := get $namespaces $namespace | default list -}}
{{- $_ := set $namespaces $namespace (append $groups .name) -}}
{{- end -}}
{{- $namespaces | toJson -}}
{{- end -}}

{{/* The Services of groups of mode EndpointSlice, as a JSON object from namespace to their names. */}}
{{- define "kube-standby.slices" -}}
{{- $namespaces := dict -}}
{{- $defaults := .Values.config.defaults | default dict -}}
{{- range .Values.config.groups -}}
{{- if eq (.mode | default $defaults.mode | default "Label") "EndpointSlice" -}}
{{- $namespace := .namespace | default $.Release.Namespace -}}
{{- $services := get $namespaces $namespace | default list -}}
{{- $_ := set $namespaces $namespace (append $services .service) -}}
{{- end -}}
{{- end -}}
{{- $namespaces | toJson -}}
{{- end -}}

{{/* The namespaces of groups that write labels on pods, as a JSON object: all but those of mode EndpointSlice that have it turned off. */}}
{{- define "kube-standby.labelledNamespaces" -}}
{{- $namespaces := dict -}}
{{- $defaults := .Values.config.defaults | default dict -}}
{{- range $group := .Values.config.groups -}}
{{- $isOfSlices := eq ($group.mode | default $defaults.mode | default "Label") "EndpointSlice" -}}
{{- $owner := ternary $group $defaults (hasKey $group "roleLabel") -}}
{{- $isOff := and (hasKey $owner "roleLabel") (kindIs "invalid" (get $owner "roleLabel")) -}}
{{- if not (and $isOfSlices $isOff) -}}{{- $_ := set $namespaces ($group.namespace | default $.Release.Namespace) true -}}{{- end -}}
{{- end -}}
{{- $namespaces | toJson -}}
{{- end -}}

{{/* "true" if a probe, a score or a hook is a command in the pod: its own handler counts, or else that of the defaults. */}}
{{- define "kube-standby.runsInPod" -}}
{{- $own := .own | default dict -}}
{{- $hasHandler := false -}}
{{- range $handler := list "httpGet" "tcpSocket" "grpc" "exec" "httpPost" -}}
{{- if get $own $handler -}}{{- $hasHandler = true -}}{{- end -}}
{{- end -}}
{{- $exec := get (ternary $own (.defaults | default dict) $hasHandler) "exec" -}}
{{- if and $exec (ne (get $exec "runIn" | default "Pod") "Supervisor") -}}true{{- end -}}
{{- end -}}

{{/* The namespaces of groups that run commands in pods, as a JSON object. */}}
{{- define "kube-standby.execNamespaces" -}}
{{- $namespaces := dict -}}
{{- $defaults := .Values.config.defaults | default dict -}}
{{- range $group := .Values.config.groups -}}
{{- $score := get ($group.candidate | default dict) "score" -}}
{{- $usualScore := get ($defaults.candidate | default dict) "score" -}}
{{- $hooks := $group.hooks | default dict -}}
{{- $usualHooks := $defaults.hooks | default dict -}}
{{- $all := list
    (dict "own" $group.probe "defaults" $defaults.probe)
    (dict "own" $group.passiveProbe "defaults" $defaults.passiveProbe)
    (dict "own" $score "defaults" $usualScore)
    (dict "own" $hooks.onPromote "defaults" $usualHooks.onPromote)
    (dict "own" $hooks.onDemote "defaults" $usualHooks.onDemote)
-}}
{{- range $all -}}
{{- if include "kube-standby.runsInPod" . -}}
{{- $_ := set $namespaces ($group.namespace | default $.Release.Namespace) true -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $namespaces | toJson -}}
{{- end -}}

{{/* The namespaces of groups whose promotion gate deletes pods, as a JSON object. */}}
{{- define "kube-standby.deletingNamespaces" -}}
{{- $namespaces := dict -}}
{{- $defaults := .Values.config.defaults | default dict -}}
{{- $usual := get (get ($defaults.failover | default dict) "promotionGate" | default dict) "method" -}}
{{- range $group := .Values.config.groups -}}
{{- $gate := get ($group.failover | default dict) "promotionGate" | default dict -}}
{{- if eq (get $gate "method" | default $usual) "DeletePod" -}}
{{- $_ := set $namespaces ($group.namespace | default $.Release.Namespace) true -}}
{{- end -}}
{{- end -}}
{{- $namespaces | toJson -}}
{{- end -}}

{{/* "true" if a group leaves nodes that are being drained, or has to know zones because it belongs with others. */}}
{{- define "kube-standby.followsNodes" -}}
{{- $defaults := .Values.config.defaults | default dict -}}
{{- $usual := get ($defaults.failover | default dict) "onNodeDrain" | default "Ignore" -}}
{{- $follows := false -}}
{{- range .Values.config.groups -}}
{{- if ne (get (.failover | default dict) "onNodeDrain" | default $usual) "Ignore" -}}{{- $follows = true -}}{{- end -}}
{{- if or .sync .apartFrom -}}{{- $follows = true -}}{{- end -}}
{{- end -}}
{{- if $follows -}}true{{- end -}}
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

{{/* How the names of the supervisors' own Leases begin. */}}
{{- define "kube-standby.leaseName" -}}
{{- .Values.leaderElection.leaseName | default (include "kube-standby.name" .) -}}
{{- end -}}

{{/* What the release has outside its namespace; releases of one name in two namespaces must not share it. */}}
{{- define "kube-standby.foreignName" -}}
{{- printf "%s-%s" .Release.Namespace (include "kube-standby.name" .) -}}
{{- end -}}

{{/* The Role for those Leases. */}}
{{- define "kube-standby.electionRole" -}}
{{- include "kube-standby.name" . }}-leader-election
{{- end -}}

{{/* Ends with a message if values do not go together that the schema cannot compare. */}}
{{- define "kube-standby.checkElection" -}}
{{- $election := .Values.leaderElection -}}
{{- if and (not $election.enabled) (gt (int .Values.replicaCount) 1) -}}
{{- fail (printf "replicaCount is %d: several supervisors need leaderElection.enabled" (int .Values.replicaCount)) -}}
{{- end -}}
{{- if and (not $election.enabled) (gt (int .Values.shards) 1) -}}
{{- fail "shards are shared out by leader election: set leaderElection.enabled, or shards to 1" -}}
{{- end -}}
{{- if ge (float64 $election.renewDeadlineSeconds) (float64 $election.leaseDurationSeconds) -}}
{{- fail "leaderElection.renewDeadlineSeconds must be less than leaseDurationSeconds" -}}
{{- end -}}
{{- if ge (mulf $election.retryPeriodSeconds 1.2) (float64 $election.renewDeadlineSeconds) -}}
{{- fail "leaderElection.retryPeriodSeconds must be less than renewDeadlineSeconds / 1.2" -}}
{{- end -}}
{{- end -}}

{{/* The tolerations as a JSON object with a list: ours for lost nodes, unless the user's name the same key. */}}
{{- define "kube-standby.tolerations" -}}
{{- $tolerations := .Values.tolerations | default list -}}
{{- $given := dict -}}
{{- range $tolerations -}}{{- $_ := set $given (.key | default "") true -}}{{- end -}}
{{- if not (kindIs "invalid" .Values.nodeLossTolerationSeconds) -}}
{{- range $key := list "node.kubernetes.io/not-ready" "node.kubernetes.io/unreachable" -}}
{{- if not (hasKey $given $key) -}}
{{- $seconds := int $.Values.nodeLossTolerationSeconds -}}
{{- $ours := dict "key" $key "operator" "Exists" "effect" "NoExecute" "tolerationSeconds" $seconds -}}
{{- $tolerations = append $tolerations $ours -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "list" $tolerations | toJson -}}
{{- end -}}

{{/* The affinity as a JSON object: different nodes are preferred, unless the user says something about that. */}}
{{- define "kube-standby.affinity" -}}
{{- $affinity := deepCopy (.Values.affinity | default dict) -}}
{{- if not (hasKey $affinity "podAntiAffinity") -}}
{{- $selector := dict "matchLabels" (include "kube-standby.selector" . | fromYaml) -}}
{{- $term := dict "labelSelector" $selector "topologyKey" "kubernetes.io/hostname" -}}
{{- $preferred := list (dict "weight" 100 "podAffinityTerm" $term) -}}
{{- $_ := set $affinity "podAntiAffinity" (dict "preferredDuringSchedulingIgnoredDuringExecution" $preferred) -}}
{{- end -}}
{{- $affinity | toJson -}}
{{- end -}}

{{/* The spread as a JSON object with a list: each constraint with the replicas' selector, unless it has its own. */}}
{{- define "kube-standby.spread" -}}
{{- $spread := list -}}
{{- $selector := dict "matchLabels" (include "kube-standby.selector" . | fromYaml) -}}
{{- range .Values.topologySpreadConstraints -}}
{{- $spread = append $spread (merge (deepCopy .) (dict "labelSelector" $selector)) -}}
{{- end -}}
{{- dict "list" $spread | toJson -}}
{{- end -}}
