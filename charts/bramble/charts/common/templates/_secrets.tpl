{{/*
{root, name, keys: {key: length}, new?: {key: value}}: a Secret that is generated once. `new` holds values that the caller made. Existing keys stay. A missing key that was generated
before fails the release, because a new password would not match the data on the volumes.
*/}}
{{- define "common.generatedSecret" -}}
{{- $name := include "common.fullname" . -}}
{{- $found := lookup "v1" "Secret" .root.Release.Namespace $name | default dict -}}
{{- $data := $found.data | default dict -}}
{{- $promised := dig "metadata" "annotations" "bramble/generated" "" $found | splitList "," -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "common.metadata" . | nindent 2 }}
  annotations:
    helm.sh/resource-policy: keep
    bramble/generated: {{ keys .keys | sortAlpha | join "," }}
type: Opaque
data:
  {{- range $key := keys .keys | sortAlpha }}
  {{- if hasKey $data $key }}
  {{ $key }}: {{ index $data $key }}
  {{- else if has $key $promised }}
  {{- fail (printf "Secret %s has lost its key %s. Put it back from a backup (docs/operator.md, Secrets); a new one would not open the data that is there." $name $key) }}
  {{- else }}
  {{ $key }}: {{ get ($.new | default dict) $key | default (randAlphaNum (index $.keys $key | int)) | b64enc }}
  {{- end }}
  {{- end }}
{{- end -}}

{{/* {root, store}: the Secret of a store (postgres, mongodb, redis), or of `internal`, `backup`. */}}
{{- define "common.secretName" -}}
{{- $existing := "" -}}
{{- if eq .store "internal" -}}{{ $existing = .root.Values.secrets.internal.existingSecret }}
{{- else if eq .store "backup" -}}{{ $existing = .root.Values.jobs.backup.encryption.existingSecret }}
{{- else -}}{{ $existing = (index .root.Values .store).auth.existingSecret }}{{- end -}}
{{- $existing | default (printf "%s-%s" .root.Release.Name .store) -}}
{{- end -}}
