import { addCommand, answers } from '@bramble/service-kit/base/command-line';
import { rebuildSales } from '../reports/rebuild.repository';
import { type Program, withSql } from './open';
import { createOperatorAudit } from './operator-audit.repository';

/** `bramble-admin reports …` */
export function addReportsCommands(program: Program): void {
  const reports = addCommand(program, 'reports', {
    does: 'Looks after the read model of the reports.',
    example: 'bramble-admin reports rebuild',
  });
  const rebuild = addCommand(reports, 'rebuild', {
    does: "Makes the reports anew from the orders' history while the shop goes on.",
    example: 'bramble-admin reports rebuild',
  });
  answers(rebuild, () =>
    withSql(async (sql) => {
      await createOperatorAudit(sql).record({ action: 'reports.rebuilt', target: 'reports' });
      const value = await rebuildSales(sql);
      const { after, different, ordersOff } = value;
      if (ordersOff > 0)
        throw new Error(
          `the reports were made anew with ${after} lines, but ${ordersOff} orders are not in the state that their history ends with`,
        );
      const before = different === 0 ? 'they are what they were' : `${different} had been missing or wrong`;
      return { value, text: `${after} lines made anew from the history; ${before}` };
    }),
  );
}
