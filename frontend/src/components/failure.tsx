import { CallError } from '@bramble/contracts/call-error';
import { sentenceFor } from '../lib/error-sentence';
import { Button } from './ui/button';
import { Notice } from './ui/notice';

interface FailureProps {
  error: unknown;
  title?: string;
  onRetry?: () => void;
  className?: string;
}

/** An error for people: what happened, what to do, and the correlation id under which the operator finds it in the logs. */
export const Failure = ({ error, title, onRetry, className }: FailureProps) => (
  <Notice tone="error" role="alert" title={title} {...(className ? { className } : {})}>
    <p>{sentenceFor(error)}</p>
    {error instanceof CallError && error.correlationId && (
      <p className="text-xs text-ink-muted">
        Reference <span className="break-all select-all">{error.correlationId}</span>
      </p>
    )}
    {onRetry && (
      <div className="pt-1">
        <Button size="sm" onClick={onRetry}>
          Try again
        </Button>
      </div>
    )}
  </Notice>
);
