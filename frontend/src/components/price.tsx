import type { Money } from '@bramble/contracts/money';
import { cn } from '../lib/cn';
import { formatMoney } from '../lib/money';

export const Price = ({ of, className }: { of: Money; className?: string }) => (
  <span className={cn('tabular font-display font-[650]', className)}>{formatMoney(of)}</span>
);
