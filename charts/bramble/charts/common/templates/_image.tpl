{{/* {root, image: {registry, repository, tag, digest}} -> registry/repository:tag or @digest. No tag: the chart's appVersion. */}}
{{- define "common.image" -}}
{{- $registry := .root.Values.global.imageRegistry | default .image.registry -}}
{{- $path := ternary .image.repository (printf "%s/%s" $registry .image.repository) (empty $registry) -}}
{{- if .image.digest -}}{{ $path }}@{{ .image.digest }}
{{- else -}}{{ $path }}:{{ .image.tag | default .root.Values.global.imageTag | default .root.Chart.AppVersion }}{{- end -}}
{{- end -}}

{{/* {root, name, values} -> the image of one of Bramble's own components. */}}
{{- define "common.ownImage" -}}
{{- $image := .values.image | default dict -}}
{{- include "common.image" (dict "root" .root "image" (dict
      "registry" (hasKey $image "registry" | ternary $image.registry .root.Values.image.registry)
      "repository" ($image.repository | default (printf "%s-%s" .root.Values.image.repository .name))
      "tag" ($image.tag | default .root.Values.image.tag)
      "digest" $image.digest)) -}}
{{- end -}}

{{- define "common.jobsImage" -}}
{{- include "common.ownImage" (dict "root" .root "name" "jobs" "values" .root.Values.jobs) -}}
{{- end -}}
