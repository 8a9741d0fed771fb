{{/* A store's volume, unless a claim template makes it. */}}
{{- define "common.claimVolume" -}}
{{- if .persistence.existingClaim }}
- name: data
  persistentVolumeClaim: { claimName: {{ .persistence.existingClaim }} }
{{- else if not .persistence.enabled }}
- { name: data, emptyDir: {} }
{{- end }}
{{- end -}}

{{/* Claim templates are immutable: they carry no label that a version or a value could change. */}}
{{- define "common.claimTemplate" -}}
{{- $persistence := .values.persistence -}}
{{- if and $persistence.enabled (not $persistence.existingClaim) }}
volumeClaimTemplates:
  - apiVersion: v1
    kind: PersistentVolumeClaim
    metadata:
      name: data
    spec:
      accessModes: [ReadWriteOnce]
      {{- with $persistence.storageClass | default .root.Values.global.storageClass }}
      storageClassName: {{ . | quote }}
      {{- end }}
      resources:
        requests: { storage: {{ $persistence.size }} }
{{- end }}
{{- end -}}
