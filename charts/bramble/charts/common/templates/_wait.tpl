{{/* {root, values, image, env}: an init container that waits for the stores and for a schema that is at least the image's. A newer schema passes, so that a rollback works. */}}
{{- define "common.wait" -}}
- name: wait
  image: {{ .image }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  command: [node, /app/jobs/wait.mjs]
  env:
    - { name: WAIT_SECONDS, value: {{ .root.Values.waitSeconds | quote }} }
    - { name: MIGRATIONS_DIR, value: /app/migrations }
    {{- .env | nindent 4 }}
  resources:
    {{- toYaml .root.Values.waitResources | nindent 4 }}
  {{- include "common.containerSecurity" . | nindent 2 }}
{{- end -}}
