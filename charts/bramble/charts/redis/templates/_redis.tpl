{{/* {root, role: events|cache}: one Redis server. */}}
{{- define "redis.server" -}}
{{- $redis := .root.Values.redis -}}
{{- $values := index $redis .role -}}
{{- $name := printf "redis-%s" .role -}}
{{- $shared := not $redis.cache.enabled -}}
{{- $context := dict "root" .root "name" $name "values" $values "port" 6379 "replicas" 1 -}}
{{- $persistent := dict "persistence" (dict "enabled" false "existingClaim" "") -}}
{{- if eq .role "events" -}}{{- $persistent = dict "persistence" $redis.persistence -}}{{- end -}}
{{ include "common.serviceAccount" $context }}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "common.metadata" $context | nindent 2 }}
spec:
  selector:
    {{- include "common.selector" $context | nindent 4 }}
  ports: [{ name: redis, port: 6379, targetPort: redis }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  {{- include "common.metadata" $context | nindent 2 }}
spec:
  replicas: 1
  serviceName: {{ include "common.fullname" $context }}
  revisionHistoryLimit: 3
  persistentVolumeClaimRetentionPolicy: { whenDeleted: Retain, whenScaled: Retain }
  selector:
    matchLabels:
      {{- include "common.selector" $context | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "common.selector" $context | nindent 8 }}
      {{- with $values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "common.fullname" $context }}
      {{- include "common.podSecurity" (dict "root" .root "uid" $redis.uid) | nindent 6 }}
      terminationGracePeriodSeconds: 30
      {{- include "common.placement" $context | nindent 6 }}
      containers:
        - name: redis
          image: {{ include "common.image" (dict "root" .root "image" $redis.image) }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          # The password comes from a file, since every process on the node can read the arguments of the others.
          args:
            - sh
            - -c
            - |
              umask 077
              printf 'requirepass "%s"\n' "$(printf %s "$REDISCLI_AUTH" | sed 's/[\\"]/\\&/g')" > /tmp/password.conf
              exec redis-server /tmp/password.conf "$@"
            - redis-server
            - --dir
            - /data
            - --save
            - ''
            # Redis does not know the container's memory limit, and rewriting its log needs memory besides the data.
            - --maxmemory
            - {{ printf "%dmb" (div (mul (include "common.mebibytes" $values.resources.limits.memory | int) 6) 10) }}
            - --maxmemory-policy
            - {{ ternary "noeviction" "allkeys-lru" (eq .role "events") }}
            - --appendonly
            - {{ ternary "yes" "no" (eq .role "events") | quote }}
            - --appendfsync
            - everysec
          env:
            {{- include "common.secretEnv" (dict "env" "REDISCLI_AUTH" "secret" (include "common.secretName" (dict "root" .root "store" "redis")) "key" "password") | nindent 12 }}
          ports: [{ name: redis, containerPort: 6379 }]
          startupProbe:
            tcpSocket: { port: redis }
            periodSeconds: 2
            failureThreshold: 90
          readinessProbe:
            exec: { command: [redis-cli, ping] }
            periodSeconds: 10
            timeoutSeconds: 5
          livenessProbe:
            tcpSocket: { port: redis }
            periodSeconds: 15
            timeoutSeconds: 5
            failureThreshold: 4
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          {{- include "common.containerSecurity" . | nindent 10 }}
          volumeMounts:
            - { name: data, mountPath: /data }
            - { name: tmp, mountPath: /tmp }
      volumes:
        - { name: tmp, emptyDir: { sizeLimit: 16Mi } }
        {{- include "common.claimVolume" $persistent | nindent 8 }}
  {{- include "common.claimTemplate" (dict "root" .root "values" $persistent) | nindent 2 }}
---
{{ include "common.networkPolicy" $context }}
{{- end -}}

{{- define "redis.resources" -}}
{{- $redis := .root.Values.redis -}}
{{- if and $redis.enabled (not $redis.external.host) -}}
{{ include "redis.server" (dict "root" .root "role" "events") }}
{{- if $redis.cache.enabled }}
---
{{ include "redis.server" (dict "root" .root "role" "cache") }}
{{- end }}
{{- end -}}
{{- end -}}
