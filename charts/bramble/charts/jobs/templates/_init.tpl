{{- define "jobs.init" -}}
{{- $root := .root -}}
{{- $postgres := include "common.databases" (dict "root" $root "store" "postgres") -}}
{{- $mongodb := include "common.databases" (dict "root" $root "store" "mongodb") -}}
{{- if and $root.Values.mongodb.enabled (not $root.Values.mongodb.external.host) }}
---
{{ include "common.job" (dict "root" $root "name" "init-replica-set" "values" dict
     "command" (list "node" "/app/init-replica-set.mjs") "connectSeconds" $root.Values.waitSeconds "env" (include "jobs.replicaSetEnv" .)) }}
{{- end }}
{{- $administered := or (and $postgres (include "common.postgresAdmin" .)) (and $mongodb (include "common.mongodbAdmin" .)) }}
{{- if $administered }}
---
{{ include "common.job" (dict "root" $root "name" "init-users" "values" dict
     "command" (list "node" "/app/init-users.mjs") "connectSeconds" $root.Values.waitSeconds "env" (include "jobs.usersEnv" .)) }}
{{- end }}
{{- with include "common.databases" (dict "root" $root "store" "postgres" "own" true) }}
---
{{ include "common.job" (dict "root" $root "name" "migrate" "values" dict
     "command" (list "node" "/app/migrate.mjs") "connectSeconds" $root.Values.waitSeconds "env" (include "jobs.migrateEnv" (dict "root" $root "databases" .))) }}
{{- end }}
{{- end -}}

{{- define "jobs.replicaSetEnv" -}}
- { name: MONGODB_MEMBERS, value: {{ include "mongodb.members" . | quote }} }
{{ include "common.secretEnv" (dict "env" "MONGODB_ROOT_PASSWORD" "secret" (include "common.secretName" (dict "root" .root "store" "mongodb")) "key" "root-password") }}
{{- end -}}

{{- define "jobs.usersEnv" -}}
{{- $root := .root -}}
{{- $postgres := include "common.databases" (dict "root" $root "store" "postgres") -}}
{{- $mongodb := include "common.databases" (dict "root" $root "store" "mongodb") -}}
{{- if and $postgres (include "common.postgresAdmin" .) }}
{{ include "common.postgresAdminEnv" . }}
- { name: POSTGRES_DATABASES, value: {{ $postgres | quote }} }
{{- range splitList "," $postgres }}
{{ include "common.secretEnv" (dict "env" (printf "POSTGRES_%s_PASSWORD" (upper .)) "secret" (include "common.secretName" (dict "root" $root "store" "postgres")) "key" (printf "%s-password" .)) }}
{{- end }}
{{- end }}
{{- if and $mongodb (include "common.mongodbAdmin" .) }}
{{ include "common.mongodbAdminEnv" (dict "root" $root) }}
- { name: MONGODB_DATABASES, value: {{ $mongodb | quote }} }
{{- range splitList "," $mongodb }}
{{ include "common.secretEnv" (dict "env" (printf "MONGODB_%s_PASSWORD" (upper .)) "secret" (include "common.secretName" (dict "root" $root "store" "mongodb")) "key" (printf "%s-password" .)) }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The URL of each database for the role that owns its tables. The services' users may read and write rows only. */}}
{{- define "jobs.ownersEnv" -}}
{{- range splitList "," .databases }}
{{ include "common.postgresEnv" (dict "root" $.root "user" . "as" (printf "%s_DATABASE_URL" (upper .)) "role" (printf "%s_owner" .)) }}
{{- end }}
{{- end -}}

{{- define "jobs.migrateEnv" -}}
- { name: POSTGRES_DATABASES, value: {{ .databases | quote }} }
- { name: MIGRATIONS_DIR, value: /app/migrations }
{{- include "jobs.ownersEnv" . }}
{{- end -}}

{{/* The environment of a service's pods, for a Job that runs a command of its image. */}}
{{- define "jobs.serviceEnv" -}}
{{- range $key, $value := include "common.environment" . | fromYaml -}}
{{- if not (has $key (list "NODE_OPTIONS" "DRAIN_SECONDS")) }}
- { name: {{ $key }}, value: {{ toString $value | quote }} }
{{- end }}
{{- end }}
{{ include "common.secretEnvironment" . | trim }}
{{- end -}}
