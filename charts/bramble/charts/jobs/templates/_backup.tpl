{{- define "jobs.backups" -}}
{{- $root := .root -}}
{{- $backup := $root.Values.jobs.backup -}}
{{- if $backup.enabled }}
{{- $claim := $backup.persistence.existingClaim | default (include "common.fullname" (dict "root" $root "name" "backup")) -}}
{{- $volumes := include "jobs.backupVolumes" (dict "root" $root "claim" $claim) -}}
{{- $mounts := include "jobs.backupMounts" . -}}
{{- $secretVolumes := include "jobs.secretVolumes" . -}}
{{- $secretMounts := include "jobs.secretMounts" . -}}
{{- if and $backup.persistence.enabled (not $backup.persistence.existingClaim) }}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  {{- include "common.metadata" (dict "root" $root "name" "backup") | nindent 2 }}
  annotations:
    helm.sh/resource-policy: keep
spec:
  accessModes: [ReadWriteOnce]
  {{- with $backup.persistence.storageClass | default $root.Values.global.storageClass }}
  storageClassName: {{ . | quote }}
  {{- end }}
  resources:
    requests: { storage: {{ $backup.persistence.size }} }
{{- end }}
---
{{ include "common.job" (dict "root" $root "name" "check-backup" "values" $backup
     "command" (list "node" "/app/check-backup.mjs") "env" (include "jobs.placeEnv" .) "volumes" $volumes "volumeMounts" $mounts) }}
---
{{ include "common.cronJob" (dict "root" $root "name" "backup" "values" $backup "schedule" $backup.schedule "suspend" $backup.suspend
     "command" (list "node" "/app/backup.mjs") "env" (include "jobs.backupEnv" .) "tmpSize" $backup.scratchSize "volumes" (print $volumes $secretVolumes) "volumeMounts" (print $mounts $secretMounts)) }}
---
# Suspended: `kubectl create job --from=cronjob/...` starts a restore.
{{ include "common.cronJob" (dict "root" $root "name" "restore" "values" $backup "schedule" "0 0 1 1 *" "suspend" true "token" true "backoffLimit" 2
     "command" (list "node" "/app/restore.mjs") "env" (include "jobs.restoreEnv" .) "tmpSize" $backup.scratchSize "volumes" $volumes "volumeMounts" $mounts) }}
---
{{ include "jobs.restoreRights" . }}
{{- end }}
{{- end -}}

{{/* The environment with the place of the archives and their key. */}}
{{- define "jobs.placeEnv" -}}
- { name: BACKUP_DIR, value: /backup }
{{ include "common.secretEnv" (dict "env" "BACKUP_PASSPHRASE" "secret" (include "common.secretName" (dict "root" .root "store" "backup")) "key" "passphrase") }}
{{- with .root.Values.jobs.backup.s3 }}
{{- if .bucket }}
- { name: S3_ENDPOINT, value: {{ .endpoint | quote }} }
- { name: S3_BUCKET, value: {{ .bucket | quote }} }
- { name: S3_PREFIX, value: {{ .prefix | quote }} }
- { name: S3_REGION, value: {{ .region | quote }} }
{{ include "common.secretEnv" (dict "env" "S3_ACCESS_KEY_ID" "secret" .existingSecret "key" "access-key-id") }}
{{ include "common.secretEnv" (dict "env" "S3_SECRET_ACCESS_KEY" "secret" .existingSecret "key" "secret-access-key") }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "jobs.archiveEnv" -}}
{{- $postgres := include "common.databases" (dict "root" .root "store" "postgres" "own" true) -}}
{{- $mongodb := include "common.databases" (dict "root" .root "store" "mongodb" "own" true) -}}
{{ include "jobs.placeEnv" . }}
- { name: POSTGRES_DATABASES, value: {{ $postgres | quote }} }
{{- if $postgres }}
{{- include "jobs.ownersEnv" (dict "root" .root "databases" $postgres) }}
{{- end }}
- { name: MONGODB_DATABASES, value: {{ $mongodb | quote }} }
{{- range compact (splitList "," $mongodb) }}
{{ include "common.mongodbEnv" (dict "root" $.root "user" . "as" (printf "%s_MONGODB_URL" (upper .))) }}
{{- end }}
{{- end -}}

{{- define "jobs.backupEnv" -}}
{{ include "jobs.archiveEnv" . }}
- { name: BACKUP_KEEP, value: {{ .root.Values.jobs.backup.keep | quote }} }
- { name: SECRETS_DIR, value: /secrets }
- { name: RELEASE, value: {{ .root.Release.Name | quote }} }
- { name: NAMESPACE, value: {{ .root.Release.Namespace | quote }} }
{{- include "jobs.tellArchiveEnv" . }}
{{- end -}}

{{- define "jobs.tellArchiveEnv" -}}
{{- include "jobs.tellEnv" (dict "root" .root "cron" .root.Values.jobs.backup) }}
{{- end -}}

{{- define "jobs.restoreEnv" -}}
{{ include "jobs.archiveEnv" . }}
- { name: MIGRATIONS_DIR, value: /app/migrations }
- { name: RESTORE_FROM, value: {{ .root.Values.jobs.restore.from | quote }} }
- { name: RESTORE_AS_NEW_SHOP, value: {{ .root.Values.jobs.restore.asNewShop | quote }} }
- { name: NAMESPACE, value: {{ .root.Release.Namespace | quote }} }
- { name: SCALE, value: {{ include "jobs.restoreScale" . | quote }} }
{{ include "common.redisEnv" (dict "root" .root "role" "events") }}
{{ include "common.redisEnv" (dict "root" .root "role" "cache") }}
{{- include "jobs.tellArchiveEnv" . }}
{{- end -}}

{{/* deployment=replicas of all components with connections to a store; a restore stops them. */}}
{{- define "jobs.restoreScale" -}}
{{- $scale := list -}}
{{- range $service := include "common.services" . | splitList "," -}}
{{- $values := include "common.values" (dict "root" $.root "name" $service) | fromYaml -}}
{{- if and $values.enabled $values.node (ne $service "gateway") -}}
{{- $scale = append $scale (printf "%s=%v" (include "common.fullname" (dict "root" $.root "name" $service)) (ternary $values.autoscaling.minReplicas $values.replicas $values.autoscaling.enabled)) -}}
{{- end -}}
{{- end -}}
{{- join "," $scale -}}
{{- end -}}

{{/* The Secrets of the stores. A shop that is put back without the keys of internal tokens makes new ones. */}}
{{- define "jobs.savedSecrets" -}}
{{- $names := list -}}
{{- range list "postgres" "mongodb" "redis" -}}
{{- $store := index $.root.Values . | default dict -}}
{{- if and $store.enabled (not $store.external.host) -}}
{{- $names = append $names (include "common.secretName" (dict "root" $.root "store" .)) -}}
{{- end -}}
{{- end -}}
{{- concat $names .root.Values.jobs.backup.extraSecrets | uniq | join "," -}}
{{- end -}}

{{- define "jobs.backupVolumes" }}
{{- if .root.Values.jobs.backup.persistence.enabled }}
- { name: backup, persistentVolumeClaim: { claimName: {{ .claim }} } }
{{- else }}
- { name: backup, emptyDir: { sizeLimit: {{ .root.Values.jobs.backup.scratchSize }} } }
{{- end }}
{{- end -}}

{{- define "jobs.backupMounts" }}
- { name: backup, mountPath: /backup }
{{- end -}}

{{/* The Secrets that the backup saves; no other Job mounts them. */}}
{{- define "jobs.secretVolumes" }}
{{- range $index, $secret := splitList "," (include "jobs.savedSecrets" .) }}
- { name: secret-{{ $index }}, secret: { secretName: {{ $secret }} } }
{{- end }}
{{- end -}}

{{- define "jobs.secretMounts" }}
{{- range $index, $secret := splitList "," (include "jobs.savedSecrets" .) }}
- { name: secret-{{ $index }}, mountPath: /secrets/{{ $secret }}, readOnly: true }
{{- end }}
{{- end -}}

{{/* The rights of a restore: scale these Deployments only. */}}
{{- define "jobs.restoreRights" -}}
{{- $context := dict "root" .root "name" "restore" -}}
{{- $deployments := list -}}
{{- range splitList "," (include "jobs.restoreScale" .) }}{{ $deployments = append $deployments (splitList "=" . | first) }}{{ end -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- include "common.metadata" $context | nindent 2 }}
rules:
  - apiGroups: [apps]
    resources: [deployments]
    resourceNames: {{ $deployments | toJson }}
    verbs: [get]
  - apiGroups: [apps]
    resources: [deployments/scale]
    resourceNames: {{ $deployments | toJson }}
    verbs: [get, patch]
  # To see when the last pod has ended; the API has no narrower right for this.
  - apiGroups: ['']
    resources: [pods]
    verbs: [list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  {{- include "common.metadata" $context | nindent 2 }}
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ include "common.fullname" $context }} }
subjects: [{ kind: ServiceAccount, name: {{ include "common.fullname" $context }}, namespace: {{ .root.Release.Namespace }} }]
{{- end -}}
