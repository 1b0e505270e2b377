{{- define "galera-injector.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* Room is left for the suffix -tls. */}}
{{- define "galera-injector.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 59 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 59 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 59 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "galera-injector.selectorLabels" -}}
app.kubernetes.io/name: {{ include "galera-injector.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: webhook
{{- end -}}

{{- define "galera-injector.labels" -}}
{{- with .Values.commonLabels }}
{{- toYaml . }}
{{ end -}}
{{ include "galera-injector.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: galera-injector
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* A repository that names a registry itself keeps it. */}}
{{- define "galera-injector.image" -}}
{{- $registry := .Values.global.imageRegistry | default .Values.image.registry -}}
{{- with .Values.image -}}
{{- if and $registry (not (regexMatch "^([^/]*[.:][^/]*|localhost)/" .repository)) -}}
{{ trimSuffix "/" $registry }}/
{{- end -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Those of the chart and those of all charts, each once; other charts take names as well as objects with a name. */}}
{{- define "galera-injector.imagePullSecrets" -}}
{{- $names := list -}}
{{- range concat .Values.imagePullSecrets .Values.global.imagePullSecrets -}}
{{- $names = append $names (kindIs "string" . | ternary . (get (kindIs "map" . | ternary . dict) "name")) -}}
{{- end -}}
{{- with $names | uniq -}}
imagePullSecrets:
{{- range . }}
  - name: {{ . | quote }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* What GALERA_INJECTOR_INJECTED holds. */}}
{{- define "galera-injector.injected" -}}
{{- pick .Values.injected "resources" "securityContext" "imagePullSecrets" | toJson -}}
{{- end -}}

{{/* The pods of the chart, by a label that no other pod has. They never wait for the injector, wherever they are. */}}
{{- define "galera-injector.ownPod" -}}
galera-injector.dev/injector: 'true'
{{- end -}}
{{- define "galera-injector.objectSelector" -}}
matchLabels:
  galera: 'true'
matchExpressions:
  - key: galera-injector.dev/injector
    operator: DoesNotExist
{{- end -}}

{{- define "galera-injector.secretName" -}}
{{- .Values.tls.secretName | default (printf "%s-tls" (include "galera-injector.fullname" .)) -}}
{{- end -}}

{{- define "galera-injector.memberSecretName" -}}
{{- printf "%s-members" (include "galera-injector.fullname" .) -}}
{{- end -}}

{{/* All namespaces but those whose pods are never injected. Plain manifests have their namespace by its label alone, since
tools that change it there change no list of names. */}}
{{- define "galera-injector.namespaceSelector" -}}
matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values:
      - kube-system
      - {{ .Release.Namespace }}
      {{- with .Values.webhook.excludedNamespaces }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
  - key: galera-injector.dev/injection
    operator: NotIn
    values: [disabled]
{{- end -}}

{{- define "galera-injector.serviceAccountName" -}}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) -}}
{{- fail "serviceAccount.create is false: name the service account that is there in serviceAccount.name" -}}
{{- end -}}
{{- .Values.serviceAccount.name | default (include "galera-injector.fullname" .) -}}
{{- end -}}

{{/* How the injector gets its certificate: self-managed, secret or files. */}}
{{- define "galera-injector.certificates" -}}
{{- if eq .Values.tls.source "self-managed" -}}
self-managed
{{- else if and (eq .Values.tls.source "provided") .Values.tls.volume -}}
files
{{- else -}}
secret
{{- end -}}
{{- end -}}

{{/* Annotations of a webhook configuration; the one of cert-manager has its cainjector write the caBundle. */}}
{{- define "galera-injector.webhookAnnotations" -}}
{{- $own := dict -}}
{{- if .Values.webhook.aksOptOut -}}
{{- $_ := set $own "admissions.enforcer/disabled" "true" -}}
{{- end -}}
{{- if eq .Values.tls.source "cert-manager" -}}
{{- $name := include "galera-injector.fullname" . -}}
{{- $_ := set $own "cert-manager.io/inject-ca-from" (printf "%s/%s" .Release.Namespace $name) -}}
{{- end -}}
{{- with merge $own .Values.webhook.annotations -}}
{{- toYaml . -}}
{{- end -}}
{{- end -}}

{{- define "galera-injector.webhookLabels" -}}
{{ include "galera-injector.labels" . }}
{{- if .Values.webhook.aksOptOut }}
admissions.enforcer/disabled: 'true'
{{- end }}
{{- end -}}

{{- define "galera-injector.placement" -}}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with .Values.schedulerName }}
schedulerName: {{ . }}
{{- end }}
{{- end -}}

{{/* The name of what a hook of the chart makes: root and command. Names of Jobs and pods have 63 characters. */}}
{{- define "galera-injector.hookName" -}}
{{- printf "%s-%s" (include "galera-injector.fullname" .root | trunc 52 | trimSuffix "-") .command -}}
{{- end -}}

{{/* A component of its own, so that neither the Service nor the disruption budget takes a hook's pod for an injector. */}}
{{- define "galera-injector.hookLabels" -}}
{{- $labels := fromYaml (include "galera-injector.labels" .root) -}}
{{- set $labels "app.kubernetes.io/component" .command | toYaml }}
{{ include "galera-injector.ownPod" .root -}}
{{- end -}}

{{/* A pod that runs a command of the injector once: root, command and env. */}}
{{- define "galera-injector.hookPod" -}}
serviceAccountName: {{ include "galera-injector.hookName" . }}
restartPolicy: Never
enableServiceLinks: false
{{- with include "galera-injector.imagePullSecrets" .root }}
{{ . }}
{{- end }}
{{- with .root.Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  {{- toYaml .root.Values.podSecurityContext | nindent 2 }}
containers:
  - name: {{ .command }}
    image: {{ include "galera-injector.image" .root | quote }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args: [{{ .command }}]
    env:
      {{- toYaml .env | nindent 6 }}
    resources:
      requests:
        cpu: 10m
        memory: 64Mi
      limits:
        memory: 128Mi
    securityContext:
      {{- toYaml .root.Values.securityContext | nindent 6 }}
{{- with include "galera-injector.placement" .root }}
{{ trim . }}
{{- end }}
{{- end -}}

{{/* Whether Kubernetes has ValidatingAdmissionPolicy in admissionregistration.k8s.io/v1. */}}
{{- define "galera-injector.hasPolicies" -}}
{{- if semverCompare ">=1.30.0-0" .Capabilities.KubeVersion.Version }}true{{ end }}
{{- end -}}
