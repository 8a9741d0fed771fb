{{/* The stores and services that each Job connects to; see common.edges. */}}
{{- define "jobs.edges" -}}
{{- $jobs := .root.Values.jobs -}}
{{- $postgres := ternary (list "postgres") list (not (empty (include "common.databases" (dict "root" .root "store" "postgres")))) -}}
{{- $mongodb := ternary (list "mongodb") list (not (empty (include "common.databases" (dict "root" .root "store" "mongodb")))) -}}
{{- $orders := ternary (list "orders") list .root.Values.orders.enabled -}}
{{- $redis := list "redis-events" "redis-cache" -}}
{{- $s3 := ternary (list "s3") list (not (empty $jobs.backup.s3.bucket)) -}}
init-replica-set: { stores: [mongodb], calls: [], outside: [] }
init-users: { stores: {{ concat $postgres $mongodb | toJson }}, calls: [], outside: [] }
migrate: { stores: {{ $postgres | toJson }}, calls: [], outside: [] }
stock-refill: { stores: [], calls: {{ prepend $orders "catalog" | toJson }}, outside: [] }
invalidate-cache: { stores: [redis-cache], calls: {{ $orders | toJson }}, outside: [] }
reconcile: { stores: {{ .root.Values.orders.stores | toJson }}, calls: [], outside: [] }
check-backup: { stores: [], calls: [], outside: {{ $s3 | toJson }} }
backup: { stores: {{ concat $postgres $mongodb | toJson }}, calls: {{ $orders | toJson }}, outside: {{ $s3 | toJson }} }
restore: { stores: {{ concat $postgres $mongodb $redis | toJson }}, calls: {{ $orders | toJson }}, outside: {{ append $s3 "apiserver" | toJson }} }
{{- end -}}
