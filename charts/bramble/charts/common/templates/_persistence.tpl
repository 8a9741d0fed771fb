{{/* The volume of a store without a claim template. */}}
{{- define "common.claimVolume" -}}
{{- if .persistence.existingClaim }}
- name: data
  persistentVolumeClaim: { claimName: {{ .persistence.existingClaim }} }
{{- else if not .persistence.enabled }}
- { name: data, emptyDir: {} }
{{- end }}
{{- end -}}

{{/* Claim templates are immutable, so their labels do not depend on the version or on values. */}}
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
