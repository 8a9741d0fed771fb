{{/*
The keys of internal tokens (docs/adr/0013). The Secret `internal` holds the token key, which no pod gets. The Secret
`internal-keys` holds what is derived from it, by the same SHA-256 as `base/internal-keys.ts`: for each service its own
key, and a key for callers of each kind.
*/}}

{{/* The services that verify tokens. */}}
{{- define "common.audiences" -}}
{{- without (include "common.services" . | splitList ",") "simulator" "storefront" | join "," -}}
{{- end -}}

{{/* The token key: the operator's, the one of an earlier release, or a new one. */}}
{{- define "common.tokenKey" -}}
{{- $name := include "common.secretName" (dict "root" .root "store" "internal") -}}
{{- $data := (lookup "v1" "Secret" .root.Release.Namespace $name | default dict).data | default dict -}}
{{- $found := get $data "token-key" | b64dec -}}
{{- if and (not $found) .root.Values.secrets.internal.existingSecret -}}
{{- fail (printf "The chart finds no token-key in the Secret %s, to derive the keys of the services from. Renders without a cluster need secrets.internal.existingKeysSecret instead; npm run internal-keys makes such a Secret." $name) -}}
{{- end -}}
{{- $found | default (randAlphaNum 48) -}}
{{- end -}}

{{/* {root, tokenKey}: the Secret with all derived keys. */}}
{{- define "common.derivedKeysSecret" -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "common.metadata" (dict "root" .root "name" "internal-keys") | nindent 2 }}
  annotations:
    helm.sh/resource-policy: keep
type: Opaque
data:
  {{- range $service := include "common.audiences" . | splitList "," }}
  {{- $own := printf "bramble key of %s\n%s" $service $.tokenKey | sha256sum }}
  {{ $service }}: {{ b64enc $own }}
  {{- range $kind := list "user" "service" "job" }}
  {{ $service }}-{{ $kind }}: {{ printf "bramble key of a %s that calls %s\n%s" $kind $service $own | sha256sum | b64enc }}
  {{- end }}
  {{- end }}
{{- end -}}

{{/* {root, env, key}: a derived key as environment. */}}
{{- define "common.keyEnv" -}}
{{- $internal := .root.Values.secrets.internal -}}
{{ include "common.secretEnv" (dict "env" .env "key" .key "secret" ($internal.existingKeysSecret | default (include "common.fullname" (dict "root" .root "name" "internal-keys")))) }}
{{- end -}}

{{/* The keys of a service's pods: its own, and those of its calls. The gateway forwards users' requests too. */}}
{{- define "common.keysEnv" -}}
{{- $audiences := include "common.audiences" . | splitList "," -}}
{{- if has .name $audiences }}
{{ include "common.keyEnv" (dict "root" .root "env" "INTERNAL_KEY" "key" .name) }}
{{- range $called := .values.calls }}
{{- if and (has $called $audiences) (index $.root.Values $called).enabled }}
{{- range $kind := ternary (list "service" "user") (list "service") (eq $.name "gateway") }}
{{ include "common.keyEnv" (dict "root" $.root "env" (printf "INTERNAL_%s_KEY_%s" (upper $kind) (upper $called)) "key" (printf "%s-%s" $called $kind)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
