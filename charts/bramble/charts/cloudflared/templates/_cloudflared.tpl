{{- define "cloudflared.resources" -}}
{{- $values := .root.Values.cloudflared -}}
{{- if $values.enabled -}}
{{- $context := dict "root" .root "name" "cloudflared" "values" $values "replicas" $values.replicas -}}
{{- $fullname := include "common.fullname" $context -}}
{{- $local := not (empty $values.local.credentialsSecret) -}}
{{ include "common.serviceAccount" $context }}
{{- if $local }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "common.metadata" $context | nindent 2 }}
data:
  config.yaml: |
    {{- include "cloudflared.config" $context | nindent 4 }}
{{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "common.metadata" $context | nindent 2 }}
spec:
  replicas: {{ $values.replicas }}
  revisionHistoryLimit: 3
  strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }
  selector:
    matchLabels:
      {{- include "common.selector" $context | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "common.selector" $context | nindent 8 }}
      annotations:
        checksum/config: {{ printf "%s%s" (include "cloudflared.config" $context) (toYaml $values.token) | sha256sum }}
    spec:
      serviceAccountName: {{ $fullname }}
      {{- include "common.podSecurity" (dict "root" .root "uid" 65532) | nindent 6 }}
      terminationGracePeriodSeconds: 45
      {{- include "common.placement" $context | nindent 6 }}
      containers:
        - name: cloudflared
          image: {{ include "common.image" (dict "root" .root "image" $values.image) }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args:
            - tunnel
            - --no-autoupdate
            - --metrics
            - 0.0.0.0:2000
            - --grace-period
            - 30s
            {{- if $local }}
            - --config
            - /etc/cloudflared/config/config.yaml
            {{- end }}
            - run
          {{- if not $local }}
          env:
            {{- include "common.secretEnv" (dict "env" "TUNNEL_TOKEN" "secret" $values.token.existingSecret "key" $values.token.key) | nindent 12 }}
          {{- end }}
          ports: [{ name: metrics, containerPort: 2000 }]
          startupProbe:
            httpGet: { path: /ready, port: metrics }
            periodSeconds: 5
            failureThreshold: 60
          readinessProbe:
            httpGet: { path: /ready, port: metrics }
            periodSeconds: 10
          # No /ready: it fails while Cloudflare is not reachable, and a restart would not help.
          livenessProbe:
            httpGet: { path: /healthcheck, port: metrics }
            periodSeconds: 15
            failureThreshold: 4
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          {{- include "common.containerSecurity" . | nindent 10 }}
          {{- if $local }}
          volumeMounts:
            - { name: config, mountPath: /etc/cloudflared/config, readOnly: true }
            - { name: credentials, mountPath: /etc/cloudflared/credentials, readOnly: true }
          {{- end }}
      {{- if $local }}
      volumes:
        - { name: config, configMap: { name: {{ $fullname }} } }
        - { name: credentials, secret: { secretName: {{ $values.local.credentialsSecret }} } }
      {{- end }}
{{- if .root.Values.networkPolicy.enabled }}
---
{{ include "common.networkPolicy" $context }}
{{- end }}
{{ include "common.disruptionBudget" $context }}
{{- end -}}
{{- end -}}

{{- define "cloudflared.config" -}}
{{- $values := .root.Values.cloudflared -}}
tunnel: {{ $values.local.tunnel | quote }}
credentials-file: /etc/cloudflared/credentials/credentials.json
no-autoupdate: true
ingress:
  {{- range $values.local.hostnames }}
  - hostname: {{ . | quote }}
    service: http://{{ include "common.fullname" (dict "root" $.root "name" "gateway") }}:{{ $.root.Values.gateway.port }}
  {{- end }}
  - service: http_status:404
{{- end -}}
