{{- define "jobs.cron" -}}
{{- $root := .root -}}
{{- $jobs := $root.Values.jobs -}}
{{- if and $jobs.stockRefill.enabled $root.Values.catalog.enabled }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "common.metadata" (dict "root" $root "name" "stock-refill") | nindent 2 }}
data:
  rules.json: {{ $jobs.stockRefill.rules | toJson | quote }}
---
{{ include "common.cronJob" (dict "root" $root "name" "stock-refill" "values" $jobs.stockRefill "schedule" $jobs.stockRefill.schedule "suspend" $jobs.stockRefill.suspend
     "command" (list "node" "/app/stock-refill.mjs") "env" (include "jobs.stockRefillEnv" .)
     "volumeMounts" "\n- { name: rules, mountPath: /config, readOnly: true }"
     "volumes" (printf "\n- { name: rules, configMap: { name: %s } }" (include "common.fullname" (dict "root" $root "name" "stock-refill")))) }}
{{- end }}
{{- if and $jobs.invalidateCache.enabled $root.Values.catalog.enabled }}
---
{{ include "common.cronJob" (dict "root" $root "name" "invalidate-cache" "values" $jobs.invalidateCache "schedule" $jobs.invalidateCache.schedule "suspend" $jobs.invalidateCache.suspend
     "command" (list "node" "/app/invalidate-cache.mjs") "env" (include "jobs.invalidateCacheEnv" .)) }}
{{- end }}
{{- if and $jobs.reconcile.enabled $root.Values.orders.enabled }}
{{- $values := include "common.values" (dict "root" $root "name" "orders") | fromYaml }}
{{- $orders := dict "root" $root "name" "orders" "values" $values }}
---
{{ include "common.cronJob" (dict "root" $root "name" "reconcile" "values" (dict "resources" $values.resources) "schedule" $jobs.reconcile.schedule "suspend" $jobs.reconcile.suspend
     "image" (include "common.ownImage" $orders) "command" (list "node" "/app/reconcile.mjs") "nodeOptions" $values.nodeOptions "env" (include "jobs.serviceEnv" $orders)) }}
{{- end }}
{{- end -}}

{{/* {root, calls}: the environment with the URL of the service that a Job calls. */}}
{{- define "jobs.upstreamEnv" -}}
- { name: {{ upper .calls }}_URL, value: "http://{{ include "common.fullname" (dict "root" .root "name" .calls) }}:{{ (index .root.Values .calls).port }}" }
{{- end -}}

{{/* {root, calls}: the key of a job's calls to a service. */}}
{{- define "jobs.keyEnv" -}}
{{ include "common.keyEnv" (dict "root" .root "env" (printf "INTERNAL_JOB_KEY_%s" (upper .calls)) "key" (printf "%s-job" .calls)) }}
{{- end -}}

{{/* {root, cron}: the environment by which a CronJob reports its runs to orders, for the alert on missed runs. */}}
{{- define "jobs.tellEnv" -}}
{{- if .root.Values.orders.enabled }}
{{ include "jobs.upstreamEnv" (dict "root" .root "calls" "orders") }}
{{ include "jobs.keyEnv" (dict "root" .root "calls" "orders") }}
- { name: TASK_INTERVAL_SECONDS, value: {{ int .cron.intervalSeconds | quote }} }
{{- end }}
{{- end -}}

{{- define "jobs.stockRefillEnv" -}}
{{ include "jobs.upstreamEnv" (dict "root" .root "calls" "catalog") }}
- { name: RULES_FILE, value: /config/rules.json }
{{ include "jobs.keyEnv" (dict "root" .root "calls" "catalog") }}
{{- include "jobs.tellEnv" (dict "root" .root "cron" .root.Values.jobs.stockRefill) }}
{{- end -}}

{{- define "jobs.invalidateCacheEnv" -}}
{{ include "common.redisEnv" (dict "root" .root "role" "cache") | trim }}
{{- include "jobs.tellEnv" (dict "root" .root "cron" .root.Values.jobs.invalidateCache) }}
{{- end -}}
