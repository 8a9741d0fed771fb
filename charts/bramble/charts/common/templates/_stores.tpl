{{/* {root, store}: the host of a store. */}}
{{- define "common.storeHost" -}}
{{- $values := index .root.Values (splitList "-" .store | first) -}}
{{- $external := $values.external.host -}}
{{- if and (eq .store "redis-cache") (empty $external) (not $values.cache.enabled) -}}
{{- printf "%s-redis-events" .root.Release.Name -}}
{{- else if and (eq .store "redis-cache") $values.external.cacheHost -}}{{ $values.external.cacheHost }}
{{- else -}}{{ $external | default (printf "%s-%s" .root.Release.Name .store) }}{{- end -}}
{{- end -}}

{{- define "common.storePort" -}}
{{- (index .root.Values (splitList "-" .store | first)).external.port -}}
{{- end -}}

{{/* {env, secret, key}: an environment variable from a Secret. */}}
{{- define "common.secretEnv" -}}
- name: {{ .env }}
  valueFrom: { secretKeyRef: { name: {{ .secret }}, key: {{ .key }} } }
{{- end -}}

{{/*
{root, user, as, role?}: the PostgreSQL address of one service as environment. `user` names the database and its user;
with role the administrator connects and acts as that role.
*/}}
{{- define "common.postgresEnv" -}}
{{- $own := (index .root.Values .user).database | default dict -}}
{{- if $own.existingSecret -}}
{{ include "common.secretEnv" (dict "env" .as "secret" $own.existingSecret "key" ($own.key | default "url")) }}
{{- else -}}
{{- $secret := include "common.secretName" (dict "root" .root "store" "postgres") -}}
{{- $address := printf "%s:%s/%s" (include "common.storeHost" (dict "root" .root "store" "postgres")) (include "common.storePort" (dict "root" .root "store" "postgres")) .user -}}
{{- $parameters := .root.Values.postgres.external.parameters -}}
{{- $password := printf "%s_PASSWORD" .as -}}
{{- if and .role (include "common.postgresAdmin" .) -}}
{{ include "common.secretEnv" (dict "env" $password "secret" (include "common.postgresAdminSecret" .) "key" (include "common.postgresAdminKey" .)) }}
- name: {{ .as }}
  value: postgresql://{{ include "common.postgresAdminUser" . }}:$({{ $password }})@{{ $address }}?options=-c%20role%3D{{ .role }}{{ with $parameters }}&{{ . }}{{ end }}
{{- else -}}
{{ include "common.secretEnv" (dict "env" $password "secret" $secret "key" (printf "%s-password" .user)) }}
- name: {{ .as }}
  value: postgresql://{{ .user }}:$({{ $password }})@{{ $address }}{{ with $parameters }}?{{ . }}{{ end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Not empty when an administrator of the PostgreSQL server is configured; an external server may have none. */}}
{{- define "common.postgresAdmin" -}}
{{- with .root.Values.postgres -}}{{ if or (not .external.host) .external.adminExistingSecret }}yes{{ end }}{{- end -}}
{{- end -}}
{{- define "common.postgresAdminSecret" -}}
{{- .root.Values.postgres.external.adminExistingSecret | default (include "common.secretName" (dict "root" .root "store" "postgres")) -}}
{{- end -}}
{{- define "common.postgresAdminKey" -}}
{{- ternary "password" "postgres-password" (not (empty .root.Values.postgres.external.adminExistingSecret)) -}}
{{- end -}}
{{- define "common.postgresAdminUser" -}}
{{- .root.Values.postgres.external.adminUser -}}
{{- end -}}

{{/* Not empty when an administrator of the MongoDB server is configured. */}}
{{- define "common.mongodbAdmin" -}}
{{- with .root.Values.mongodb -}}{{ if or (not .external.host) .external.adminExistingSecret }}yes{{ end }}{{- end -}}
{{- end -}}

{{/*
{root, user, as}: the MongoDB address of one service. The headless Service is the seed: drivers read the
members from it, so that an added member changes no pod.
*/}}
{{- define "common.mongodbEnv" -}}
{{- $own := (index .root.Values .user).database | default dict -}}
{{- if $own.existingSecret -}}
{{ include "common.secretEnv" (dict "env" .as "secret" $own.existingSecret "key" ($own.key | default "url")) }}
{{- else -}}
{{- $password := printf "%s_PASSWORD" .as -}}
{{ include "common.secretEnv" (dict "env" $password "secret" (include "common.secretName" (dict "root" .root "store" "mongodb")) "key" (printf "%s-password" .user)) }}
- name: {{ .as }}
  value: mongodb://{{ .user }}:$({{ $password }})@{{ include "common.mongodbAddress" . }}/{{ .user }}?authSource={{ .user }}&{{ .root.Values.mongodb.external.parameters }}
{{- end }}
{{- end -}}

{{- define "common.mongodbAddress" -}}
{{- with .root.Values.mongodb.external -}}
{{- ternary (include "common.storeHost" (dict "root" $.root "store" "mongodb")) .host (empty .host) -}}:{{ .port }}
{{- end -}}
{{- end -}}

{{/* The MongoDB URL of the administrator. */}}
{{- define "common.mongodbAdminEnv" -}}
{{- $external := .root.Values.mongodb.external -}}
{{ include "common.secretEnv" (dict "env" "MONGODB_ADMIN_PASSWORD"
      "secret" ($external.adminExistingSecret | default (include "common.secretName" (dict "root" .root "store" "mongodb")))
      "key" (ternary "root-password" "password" (empty $external.adminExistingSecret))) }}
- name: MONGODB_ADMIN_URL
  value: mongodb://{{ $external.adminUser }}:$(MONGODB_ADMIN_PASSWORD)@{{ include "common.mongodbAddress" . }}/admin?authSource=admin{{ with .direct }}&directConnection=true{{ else }}&{{ $external.parameters }}{{ end }}
{{- end -}}

{{- define "common.postgresAdminEnv" -}}
{{- $external := .root.Values.postgres.external -}}
{{ include "common.secretEnv" (dict "env" "POSTGRES_ADMIN_PASSWORD" "secret" (include "common.postgresAdminSecret" .) "key" (include "common.postgresAdminKey" .)) }}
- name: POSTGRES_ADMIN_URL
  value: postgresql://{{ $external.adminUser }}:$(POSTGRES_ADMIN_PASSWORD)@{{ include "common.storeHost" (dict "root" .root "store" "postgres") }}:{{ $external.port }}/postgres{{ with $external.parameters }}?{{ . }}{{ end }}
{{- end -}}

{{/* {root, role: events|cache}: the Redis address of a role. */}}
{{- define "common.redisEnv" -}}
{{- $as := printf "REDIS_%s_URL" (upper .role) -}}
{{- $redis := .root.Values.redis -}}
{{- $host := include "common.storeHost" (dict "root" .root "store" (printf "redis-%s" .role)) -}}
{{- if and $redis.external.host (not $redis.auth.existingSecret) -}}
- name: {{ $as }}
  value: {{ $redis.external.scheme }}://{{ $host }}:{{ $redis.external.port }}
{{- else -}}
{{ include "common.secretEnv" (dict "env" (printf "REDIS_%s_PASSWORD" (upper .role)) "secret" (include "common.secretName" (dict "root" .root "store" "redis")) "key" "password") }}
- name: {{ $as }}
  value: {{ $redis.external.scheme }}://:$(REDIS_{{ upper .role }}_PASSWORD)@{{ $host }}:{{ $redis.external.port }}
{{- end }}
{{- end -}}

{{/* {root, name, values}: the environment with the store URLs of a component. */}}
{{- define "common.storesEnv" -}}
{{- range $store := .values.stores }}
{{- if eq $store "postgres" }}
{{ include "common.postgresEnv" (dict "root" $.root "user" $.name "as" (printf "%s_DATABASE_URL" (upper $.name))) }}
{{- else if eq $store "mongodb" }}
{{ include "common.mongodbEnv" (dict "root" $.root "user" $.name "as" (printf "%s_MONGODB_URL" (upper $.name))) }}
{{- else if eq $store "redis-events" }}
{{ include "common.redisEnv" (dict "root" $.root "role" "events") }}
{{- else if eq $store "redis-cache" }}
{{ include "common.redisEnv" (dict "root" $.root "role" "cache") }}
{{- else }}{{ fail (printf "%s: unknown store %q" $.name $store) }}
{{- end }}
{{- end }}
{{- end -}}

{{/* {root, store: postgres|mongodb, own?}: the services with a database in the store, comma-separated. Services with a database address of their own are included only with `own`. */}}
{{- define "common.databases" -}}
{{- $names := list -}}
{{- range $service := include "common.services" . | splitList "," -}}
{{- with index $.root.Values $service -}}
{{- if and .enabled (has $.store (.stores | default list)) (or $.own (empty (.database | default dict).existingSecret)) -}}
{{- $names = append $names $service -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- join "," $names -}}
{{- end -}}
