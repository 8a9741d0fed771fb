{{/*
{root, name, component, token, container}: the pod of a Job. `container` is YAML of {command, env, args?, volumeMounts?}.
*/}}
{{- define "common.jobPod" -}}
{{- $resources := .values.resources | default .root.Values.jobs.resources -}}
metadata:
  labels:
    {{- include "common.selector" . | nindent 4 }}
spec:
  restartPolicy: {{ .restart | default "OnFailure" }}
  serviceAccountName: {{ include "common.fullname" . }}
  {{- include "common.podSecurity" (dict "root" .root "uid" 1000 "token" .token) | nindent 2 }}
  {{- include "common.placement" (dict "root" .root "name" .name "values" .root.Values.jobs "replicas" 1) | nindent 2 }}
  containers:
    - name: {{ .container | default "job" }}
      image: {{ .image | default (include "common.jobsImage" .) }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      command: {{ .command | toJson }}
      {{- with .args }}
      args: {{ . | toJson }}
      {{- end }}
      env:
        - { name: NODE_OPTIONS, value: {{ .nodeOptions | default .root.Values.defaults.nodeOptions | quote }} }
        - { name: CONNECT_SECONDS, value: {{ .connectSeconds | default "30" | quote }} }
        {{- .env | nindent 8 }}
      resources:
        {{- toYaml $resources | nindent 8 }}
      {{- include "common.containerSecurity" . | nindent 6 }}
      volumeMounts:
        - { name: tmp, mountPath: /tmp }
        {{- with .volumeMounts }}{{ . | nindent 8 }}{{ end }}
  volumes:
    - name: tmp
      emptyDir: { sizeLimit: {{ .tmpSize | default "64Mi" }} }
    {{- with .volumes }}{{ . | nindent 4 }}{{ end }}
{{- end -}}

{{/*
A plain Job, not a Helm hook. Its name ends in a hash of its pod, so that a change makes a new Job and an unchanged
release makes none. It is kept for a day and a half, because deploy tools wait for ever for a deleted Job.
*/}}
{{- define "common.job" -}}
{{- $pod := include "common.jobPod" . -}}
{{ include "common.serviceAccount" . }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "common.fullname" . | trunc 54 }}-{{ sha256sum $pod | trunc 8 }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
spec:
  backoffLimit: 20
  activeDeadlineSeconds: 3600
  ttlSecondsAfterFinished: 129600
  template:
    {{- $pod | nindent 4 }}
---
{{ include "common.networkPolicy" . }}
{{- end -}}

{{/* A CronJob: the arguments of common.job, and {schedule, suspend}. */}}
{{- define "common.cronJob" -}}
{{ include "common.serviceAccount" . }}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  {{- include "common.metadata" . | nindent 2 }}
spec:
  schedule: {{ .schedule | quote }}
  suspend: {{ .suspend | default false }}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 600
  successfulJobsHistoryLimit: 1
  failedJobsHistoryLimit: 2
  jobTemplate:
    metadata:
      labels:
        {{- include "common.labels" . | nindent 8 }}
    spec:
      backoffLimit: {{ .backoffLimit | default 3 }}
      activeDeadlineSeconds: {{ .deadline | default 1800 }}
      ttlSecondsAfterFinished: 172800
      template:
        {{- include "common.jobPod" . | nindent 8 }}
---
{{ include "common.networkPolicy" . }}
{{- end -}}
