{{- define "mongodb.resources" -}}
{{- $values := .root.Values.mongodb -}}
{{- if and $values.enabled (not $values.external.host) -}}
{{- $secret := include "common.secretName" (dict "root" .root "store" "mongodb") -}}
{{- $image := include "common.image" (dict "root" .root "image" $values.image) -}}
{{- $context := dict "root" .root "name" "mongodb" "values" $values "port" 27017 "replicas" $values.replicas -}}
{{- $fullname := include "common.fullname" $context -}}
{{ include "common.serviceAccount" $context }}
---
# Headless, and with members that are not ready, because they must find each other before one can be ready.
apiVersion: v1
kind: Service
metadata:
  {{- include "common.metadata" $context | nindent 2 }}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector:
    {{- include "common.selector" $context | nindent 4 }}
  ports: [{ name: mongodb, port: 27017, targetPort: mongodb }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  {{- include "common.metadata" $context | nindent 2 }}
spec:
  replicas: {{ $values.replicas }}
  serviceName: {{ $fullname }}
  podManagementPolicy: Parallel
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
      {{- /* Also with one replica: adding replicas must not change the pod, which would restart the member that the others copy from. */}}
      {{- include "common.placement" (merge (dict "replicas" 2) $context) | nindent 6 }}
      initContainers:
        {{- if $values.preflight.enabled }}
        # On a processor without the required instructions mongod crashes without a message; this container prints one.
        - name: preflight
          image: {{ include "common.jobsImage" . }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          command: [node, /app/preflight.mjs]
          env:
            - { name: MONGODB_IMAGE, value: {{ $image | quote }} }
          resources:
            {{- toYaml .root.Values.waitResources | nindent 12 }}
          {{- include "common.containerSecurity" . | nindent 10 }}
        {{- end }}
        # mongod refuses a key file that its group may read, which is what a Secret's volume gives.
        - name: keyfile
          image: {{ $image }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          command: [install, -m, '0400', /secret/keyfile, /keyfile/keyfile]
          resources:
            {{- toYaml .root.Values.waitResources | nindent 12 }}
          {{- include "common.containerSecurity" . | nindent 10 }}
          volumeMounts:
            - { name: secret, mountPath: /secret, readOnly: true }
            - { name: keyfile, mountPath: /keyfile }
      containers:
        - name: mongodb
          image: {{ $image }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args:
            - mongod
            - --replSet
            - rs0
            - --keyFile
            - /keyfile/keyfile
            - --bind_ip_all
            - --wiredTigerCacheSizeGB
            - {{ $values.cacheSizeGB | quote }}
            - --oplogSize
            - {{ $values.oplogSizeMB | quote }}
            # The limit of transactions that a killed pod left open: other writers of their documents wait for it.
            - --setParameter
            - transactionLifetimeLimitSeconds=5
            {{- range $values.extraArgs }}
            - {{ . | quote }}
            {{- end }}
          env:
            - { name: HOME, value: /tmp }
            - { name: MONGO_INITDB_ROOT_USERNAME, value: root }
            {{- include "common.secretEnv" (dict "env" "MONGO_INITDB_ROOT_PASSWORD" "secret" $secret "key" "root-password") | nindent 12 }}
          ports: [{ name: mongodb, containerPort: 27017 }]
          # No mongosh: each run takes 100 MB and a second of a Pi's processor. Clients wait for the primary.
          startupProbe:
            tcpSocket: { port: mongodb }
            periodSeconds: 2
            failureThreshold: 150
          readinessProbe:
            tcpSocket: { port: mongodb }
            periodSeconds: 5
            timeoutSeconds: 3
          livenessProbe:
            tcpSocket: { port: mongodb }
            periodSeconds: 15
            timeoutSeconds: 5
            failureThreshold: 4
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          {{- include "common.containerSecurity" . | nindent 10 }}
          volumeMounts:
            - { name: data, mountPath: /data/db }
            - { name: configdb, mountPath: /data/configdb }
            - { name: keyfile, mountPath: /keyfile, readOnly: true }
            - { name: tmp, mountPath: /tmp }
      volumes:
        - { name: tmp, emptyDir: { sizeLimit: 128Mi } }
        - { name: configdb, emptyDir: { sizeLimit: 8Mi } }
        - { name: keyfile, emptyDir: { medium: Memory, sizeLimit: 1Mi } }
        - name: secret
          secret: { secretName: {{ $secret }}, items: [{ key: keyfile, path: keyfile }] }
        {{- include "common.claimVolume" $values | nindent 8 }}
  {{- include "common.claimTemplate" (dict "root" .root "values" $values) | nindent 2 }}
---
{{ include "common.networkPolicy" (merge (dict "ingress" (include "mongodb.memberIngress" $context) "egress" (include "mongodb.memberEgress" $context)) $context) }}
{{ include "common.disruptionBudget" $context }}
{{- end -}}
{{- end -}}

{{- define "mongodb.memberIngress" -}}
- from:
    {{- include "common.peer" . | nindent 4 }}
  ports: [{ port: 27017, protocol: TCP }]
{{- end -}}

{{- define "mongodb.memberEgress" -}}
- to:
    {{- include "common.peer" . | nindent 4 }}
  ports: [{ port: 27017, protocol: TCP }]
{{- end -}}

{{/* The host names of the members of rs0. */}}
{{- define "mongodb.members" -}}
{{- $fullname := include "common.fullname" (dict "root" .root "name" "mongodb") -}}
{{- $members := list -}}
{{- range until (int .root.Values.mongodb.replicas) -}}
{{- $members = append $members (printf "%s-%d.%s.%s.svc.%s:27017" $fullname . $fullname $.root.Release.Namespace $.root.Values.global.clusterDomain) -}}
{{- end -}}
{{- join "," $members -}}
{{- end -}}
