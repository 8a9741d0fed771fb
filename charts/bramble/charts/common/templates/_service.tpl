{{/* {root, name}: all objects of one of our services. */}}
{{- define "common.service" -}}
{{- if (index .root.Values .name).enabled -}}
{{- $values := include "common.values" . | fromYaml -}}
{{- $context := dict "root" .root "name" .name "values" $values "replicas" (ternary $values.autoscaling.minReplicas $values.replicas $values.autoscaling.enabled) -}}
{{ include "common.serviceAccount" $context }}
---
{{ include "common.configMap" $context }}
---
{{ include "common.deployment" $context }}
---
{{ include "common.clusterService" $context }}
---
{{ include "common.networkPolicy" $context }}
{{ include "common.disruptionBudget" $context }}
{{ include "common.autoscaler" $context }}
{{ include "common.serviceMonitor" $context }}
{{- end -}}
{{- end -}}

{{/* Plain environment: that of all services, the URLs of called services, then the service's own. */}}
{{- define "common.environment" -}}
{{- $environment := dict "NODE_ENV" "production" "HOST" "0.0.0.0" "PORT" (toString .values.port) "OPS_PORT" (toString .values.opsPort)
      "LOG_LEVEL" .root.Values.logLevel "CURRENCY" .root.Values.currency "DEMO" (ternary "true" "false" .root.Values.demo.enabled)
      "DEMO_ADMIN" (ternary "true" "false" (and .root.Values.demo.enabled .root.Values.demo.admin))
      "COOKIE_SECURE" .root.Values.cookieSecure "NODE_OPTIONS" .values.nodeOptions "DRAIN_SECONDS" (toString .values.drainSeconds) -}}
{{- with .values.connections }}
{{- $_ := set $environment "DATABASE_CONNECTIONS" (toString .) }}
{{- end }}
{{- range $upstream := .values.calls }}
{{- with index $.root.Values $upstream }}
{{- if .enabled }}
{{- $_ := set $environment (printf "%s_URL" (upper $upstream)) (printf "http://%s:%v" (include "common.fullname" (dict "root" $.root "name" $upstream)) .port) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $key, $value := .values.env }}
{{- $_ := set $environment $key (tpl (toString $value) $.root) }}
{{- end }}
{{- $environment | toYaml -}}
{{- end -}}

{{- define "common.configMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "common.metadata" . | nindent 2 }}
data:
  {{- range $key, $value := include "common.environment" . | fromYaml }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
{{- end -}}

{{/* Environment from Secrets: the keys of internal tokens, the stores, then what `secretEnv` names ({NAME: {secret, key}}; no secret: left out). */}}
{{- define "common.secretEnvironment" -}}
{{- include "common.keysEnv" . }}
{{- include "common.storesEnv" . }}
{{- range $env, $from := .values.secretEnv }}
{{- with tpl ($from.secret | default "") $.root }}
{{ include "common.secretEnv" (dict "env" $env "secret" . "key" $from.key) }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "common.deployment" -}}
{{- $image := include "common.ownImage" . -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "common.metadata" . | nindent 2 }}
spec:
  {{- if not .values.autoscaling.enabled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  selector:
    matchLabels:
      {{- include "common.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "common.selector" . | nindent 8 }}
        {{- with .values.podLabels }}{{ toYaml . | nindent 8 }}{{ end }}
      annotations:
        checksum/config: {{ printf "%s%s%s" (include "common.environment" .) (ternary (include "common.secretEnvironment" .) "" .values.node) (toYaml (.values.secretEnv | default dict)) | sha256sum }}
        {{- with .values.podAnnotations }}{{ toYaml . | nindent 8 }}{{ end }}
    spec:
      serviceAccountName: {{ include "common.fullname" . }}
      {{- include "common.podSecurity" (dict "root" .root "uid" .values.uid) | nindent 6 }}
      terminationGracePeriodSeconds: {{ .values.terminationGracePeriodSeconds }}
      {{- include "common.placement" . | nindent 6 }}
      {{- if .values.stores }}
      initContainers:
        {{- include "common.wait" (dict "root" .root "values" .values "image" $image "env" (include "common.storesEnv" .)) | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .name }}
          image: {{ $image }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          envFrom:
            - configMapRef: { name: {{ include "common.fullname" . }} }
          {{- if .values.node }}
          {{- $secret := include "common.secretEnvironment" . | trim }}
          {{- if or $secret .values.extraEnv }}
          env:
            {{- with $secret }}{{ . | nindent 12 }}{{ end }}
            {{- with .values.extraEnv }}{{ toYaml . | nindent 12 }}{{ end }}
          {{- end }}
          {{- end }}
          ports:
            - { name: http, containerPort: {{ .values.port }} }
            {{- if .values.node }}
            - { name: ops, containerPort: {{ .values.opsPort }} }
            {{- end }}
          {{- if .values.node }}
          {{- include "common.probes" (dict "live" "/livez" "ready" "/readyz" "port" "ops") | nindent 10 }}
          {{- else }}
          {{- include "common.probes" (dict "live" "/livez" "ready" "/" "port" "http") | nindent 10 }}
          {{- end }}
          {{- if not .values.node }}
          lifecycle:
            # Wait until the endpoint has left the Service. Our own services use DRAIN_SECONDS instead: they keep serving and ask
            # clients to close their connections.
            preStop: { sleep: { seconds: {{ .values.drainSeconds }} } }
          {{- end }}
          resources:
            {{- toYaml .values.resources | nindent 12 }}
          {{- include "common.containerSecurity" . | nindent 10 }}
          volumeMounts:
            - { name: tmp, mountPath: /tmp }
      volumes:
        - name: tmp
          emptyDir: { sizeLimit: {{ .values.tmpSize }} }
{{- end -}}

{{- define "common.clusterService" -}}
{{- $service := .values.service | default dict -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "common.metadata" . | nindent 2 }}
  {{- with $service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ $service.type | default "ClusterIP" }}
  {{- if ne ($service.type | default "ClusterIP") "ClusterIP" }}
  externalTrafficPolicy: {{ $service.externalTrafficPolicy | default "Local" }}
  {{- end }}
  selector:
    {{- include "common.selector" . | nindent 4 }}
  ports:
    - name: http
      port: {{ .values.port }}
      targetPort: http
      {{- with $service.nodePort }}
      nodePort: {{ . }}
      {{- end }}
{{- end -}}
