{{- /* Labels that never change: selectors are made of them. Takes the root and adds the component itself. */ -}}
{{- define "sluice.selector" -}}
app.kubernetes.io/name: sluice
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "sluice.labels" -}}
{{ include "sluice.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{- define "sluice.image" -}}
image: {{ required "image.repository is needed: build deploy/Dockerfile and push it" .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- end -}}

{{- /* Of the pod: not root, no token of the cluster, the kernel's default system calls only. */ -}}
{{- define "sluice.pod" -}}
serviceAccountName: {{ .Release.Name }}-sluice
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "sluice.container" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end -}}

{{- define "sluice.env" -}}
- name: DATABASE_URL
  valueFrom: { secretKeyRef: { name: {{ required "existingSecret is needed: see values.yaml" .Values.existingSecret }}, key: DATABASE_URL } }
- name: NATS_URL
  valueFrom: { secretKeyRef: { name: {{ .Values.existingSecret }}, key: NATS_URL } }
- name: SLUICE_MASTER_KEY
  valueFrom: { secretKeyRef: { name: {{ .Values.existingSecret }}, key: SLUICE_MASTER_KEY } }
{{- range $name, $value := .Values.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}
