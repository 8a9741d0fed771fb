{{/*
The allowed connections: one table from which both sides of every NetworkPolicy are made.
{root} -> YAML {component: {stores, calls, outside}} of everything that this release runs.
  stores   postgres, mongodb, redis-events, redis-cache
  calls    components, on their HTTP port
  outside  internet (443), smtp, cloudflare, apiserver, s3
*/}}
{{- define "common.edges" -}}
{{- $root := .root -}}
{{- $edges := dict -}}
{{- range $name := include "common.services" . | splitList "," -}}
{{- $values := index $root.Values $name -}}
{{- if $values.enabled -}}
{{- $outside := list -}}
{{- range $where, $needs := $values.outside | default dict -}}
{{- if or (eq $needs "always") (tpl (dig "secretEnv" $needs "secret" "" $values) $root) -}}{{- $outside = append $outside $where -}}{{- end -}}
{{- end -}}
{{- $_ := set $edges $name (dict "stores" ($values.stores | default list) "calls" ($values.calls | default list) "outside" $outside) -}}
{{- end -}}
{{- end -}}
{{- if $root.Values.cloudflared.enabled -}}{{- $_ := set $edges "cloudflared" (dict "stores" list "calls" (list "gateway") "outside" (list "cloudflare")) -}}{{- end -}}
{{- $_ := set $edges "smoke" (dict "stores" list "calls" (list "gateway") "outside" list) -}}
{{- if $root.Values.jobs.enabled -}}
{{- range $name, $edge := include "jobs.edges" . | fromYaml -}}{{- $_ := set $edges $name $edge -}}{{- end -}}
{{- end -}}
{{- $edges | toYaml -}}
{{- end -}}

{{/* The pods of a component of this release, as a peer. */}}
{{- define "common.peer" -}}
- podSelector:
    matchLabels:
      {{- include "common.selector" . | nindent 6 }}
{{- end -}}

{{/* The component that serves a store; one Redis may serve both roles. */}}
{{- define "common.storeComponent" -}}
{{- if and (eq .store "redis-cache") (not .root.Values.redis.cache.enabled) }}redis-events{{ else }}{{ .store }}{{ end -}}
{{- end -}}

{{/* {root, name}: the ingress peers of a component: all components that declare an edge to it. */}}
{{- define "common.callers" -}}
{{- $callers := list -}}
{{- range $caller, $edge := include "common.edges" . | fromYaml -}}
{{- $stores := list -}}
{{- range $edge.stores }}{{ $stores = append $stores (include "common.storeComponent" (dict "root" $.root "store" .)) }}{{ end -}}
{{- if or (has $.name $edge.calls) (has $.name $stores) }}{{ $callers = append $callers $caller }}{{ end -}}
{{- end -}}
{{- range $callers }}
{{ include "common.peer" (dict "root" $.root "name" .) }}
{{- end }}
{{- end -}}

{{/* A rule for public addresses, without those of the cluster and of private networks. */}}
{{- define "common.publicAddresses" -}}
- ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.0/8, 100.64.0.0/10, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16] }
- ipBlock: { cidr: '::/0', except: ['fc00::/7', 'fe80::/10'] }
{{- end -}}

{{- define "common.cidrs" -}}
{{- range . }}
- ipBlock: { cidr: {{ . | quote }} }
{{- end }}
{{- end -}}

{{/* {root, name}: egress rules of a component. */}}
{{- define "common.egress" -}}
{{- $root := .root -}}
{{- $edge := index (include "common.edges" . | fromYaml) .name | default dict -}}
{{- range $store := $edge.stores }}
{{- $values := index $root.Values (splitList "-" $store | first) }}
{{- if $values.external.host }}
- to:
    {{- include "common.cidrs" $values.external.cidrs | nindent 4 }}
  ports: [{ port: {{ $values.external.port }}, protocol: TCP }]
{{- else if $values.enabled }}
- to:
    {{- include "common.peer" (dict "root" $root "name" (include "common.storeComponent" (dict "root" $root "store" $store))) | nindent 4 }}
  ports: [{ port: {{ $values.external.port }}, protocol: TCP }]
{{- end }}
{{- end }}
{{- range $called := $edge.calls }}
{{- with index $root.Values $called }}
{{- if .enabled }}
- to:
    {{- include "common.peer" (dict "root" $root "name" $called) | nindent 4 }}
  ports: [{ port: {{ .port }}, protocol: TCP }]
{{- end }}
{{- end }}
{{- end }}
{{- range $edge.outside }}
{{- if eq . "internet" }}
- to:
    {{- include "common.publicAddresses" $root | nindent 4 }}
  ports: [{ port: 443, protocol: TCP }]
{{- else if eq . "smtp" }}
- to:
    {{- include "common.cidrs" $root.Values.networkPolicy.smtpCIDRs | nindent 4 }}
  ports: [{ port: 25, protocol: TCP }, { port: 465, protocol: TCP }, { port: 587, protocol: TCP }]
{{- else if eq . "cloudflare" }}
- to:
    {{- include "common.publicAddresses" $root | nindent 4 }}
  ports: [{ port: 7844, protocol: TCP }, { port: 7844, protocol: UDP }, { port: 443, protocol: TCP }]
{{- else if eq . "apiserver" }}
- to:
    {{- include "common.cidrs" $root.Values.networkPolicy.apiServerCIDRs | nindent 4 }}
  ports: [{ port: 443, protocol: TCP }, { port: 6443, protocol: TCP }]
{{- else if eq . "s3" }}
- to:
    {{- include "common.cidrs" $root.Values.jobs.backup.s3.cidrs | nindent 4 }}
  ports: [{ port: {{ $root.Values.jobs.backup.s3.port }}, protocol: TCP }]
{{- end }}
{{- end }}
{{- with (index $root.Values .name | default dict).extraEgress }}
{{ toYaml . }}
{{- end }}
{{- end -}}
