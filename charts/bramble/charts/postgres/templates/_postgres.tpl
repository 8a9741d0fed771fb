{{- define "postgres.resources" -}}
{{- $values := .root.Values.postgres -}}
{{- if and $values.enabled (not $values.external.host) -}}
{{- $secret := include "common.secretName" (dict "root" .root "store" "postgres") -}}
{{- $limit := include "common.mebibytes" $values.resources.limits.memory | int -}}
{{- $context := dict "root" .root "name" "postgres" "values" $values "port" 5432 "replicas" 1 -}}
{{ include "common.serviceAccount" $context }}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "common.metadata" $context | nindent 2 }}
spec:
  selector:
    {{- include "common.selector" $context | nindent 4 }}
  ports: [{ name: postgres, port: 5432, targetPort: postgres }]
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
      {{- include "common.podSecurity" (dict "root" .root "uid" $values.uid) | nindent 6 }}
      terminationGracePeriodSeconds: 60
      {{- include "common.placement" $context | nindent 6 }}
      containers:
        - name: postgres
          image: {{ include "common.image" (dict "root" .root "image" $values.image) }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args:
            - postgres
            # Shared buffers get a quarter of the limit; connections and the page cache need the rest.
            - -c
            - shared_buffers={{ div $limit 4 }}MB
            - -c
            - effective_cache_size={{ div $limit 2 }}MB
            - -c
            - max_connections={{ include "postgres.connections" . }}
            {{- range $key, $value := $values.settings }}
            - -c
            - {{ printf "%s=%v" $key $value }}
            {{- end }}
          env:
            {{- include "common.secretEnv" (dict "env" "POSTGRES_PASSWORD" "secret" $secret "key" "postgres-password") | nindent 12 }}
          ports: [{ name: postgres, containerPort: 5432 }]
          # Probe the port: during initialisation the server listens on a Unix socket only.
          startupProbe:
            tcpSocket: { port: postgres }
            periodSeconds: 2
            failureThreshold: 150
          readinessProbe:
            {{- toYaml $values.readiness | nindent 12 }}
            periodSeconds: 5
            timeoutSeconds: 3
          livenessProbe:
            tcpSocket: { port: postgres }
            periodSeconds: 15
            timeoutSeconds: 5
            failureThreshold: 4
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          {{- include "common.containerSecurity" . | nindent 10 }}
          volumeMounts:
            - { name: data, mountPath: /var/lib/postgresql }
            - { name: run, mountPath: /var/run/postgresql }
            - { name: tmp, mountPath: /tmp }
            - { name: shm, mountPath: /dev/shm }
      volumes:
        - { name: run, emptyDir: { sizeLimit: 8Mi } }
        - { name: tmp, emptyDir: { sizeLimit: 128Mi } }
        - { name: shm, emptyDir: { medium: Memory, sizeLimit: {{ div $limit 4 }}Mi } }
        {{- include "common.claimVolume" $values | nindent 8 }}
  {{- include "common.claimTemplate" (dict "root" .root "values" $values) | nindent 2 }}
---
{{ include "common.networkPolicy" $context }}
{{- end -}}
{{- end -}}


{{/*
The connections that everything together takes at most. A rollout keeps an old pod beside each new one until it has drained, so
each service counts twice, at the largest number of its pods, and has one more that publishes events. Added are the Jobs (init-users, migrate, backup or
restore, reconcile), commands of bramble-admin, and what PostgreSQL keeps for its administrator.
*/}}
{{- define "postgres.needed" -}}
{{- $sum := 15 -}}
{{- range compact (splitList "," (include "common.databases" (dict "root" .root "store" "postgres"))) -}}
{{- $values := include "common.values" (dict "root" $.root "name" .) | fromYaml -}}
{{- $pods := ternary $values.autoscaling.maxReplicas $values.replicas $values.autoscaling.enabled | int -}}
{{- $sum = add $sum (mul 2 $pods (int $values.connections)) 2 -}}
{{- end -}}
{{- $sum -}}
{{- end -}}

{{- define "postgres.connections" -}}
{{- $needed := include "postgres.needed" . | int -}}
{{- $given := int .root.Values.postgres.maxConnections -}}
{{- if and $given (lt $given $needed) -}}
{{- fail (printf "postgres.maxConnections is %d, and all pods together take %d during a rollout: raise it, leave it at 0 so that it follows, or lower `connections` of users, orders and payments." $given $needed) -}}
{{- end -}}
{{- /* In steps of 25, since another number restarts the server. */ -}}
{{- $given | default (mul 25 (ceil (divf $needed 25))) -}}
{{- end -}}
