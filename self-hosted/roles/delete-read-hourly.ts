import { Admin } from '@platformatic/kafka';
import { clientOptions } from '../kafka/connection.ts';
import { deleteReadRecords } from '../kafka/delete-read-records.ts';
import { createCountedOffsets } from '../kafka/aggregate-engines.ts';
import type { Source } from './consumer-role.ts';
import { repeatedly } from './repeatedly.ts';
import type { RoleContext } from './role.ts';

const hourMilliseconds = 3_600_000;
/** Age up to which records are kept: a position that was set back by mistake still finds them. */
const keptMilliseconds = 24 * hourMilliseconds;

/** Starts deleting, every hour, the records that all roles have read and that are older than a day. */
export function deleteReadHourly({ config, pipeline, clock, logger }: RoleContext): Source {
  const { connection } = pipeline;
  const hasReadModel = config.clickHouse !== undefined;
  const deleteRead = async () => {
    const admin = new Admin(clientOptions(connection));
    const offsets = createCountedOffsets(connection, config.aggregateEngine);
    try {
      const before = new Date(clock.now().getTime() - keptMilliseconds);
      const records = await deleteReadRecords(before, { admin, connection, offsets, hasReadModel });
      if (records > 0) logger.info('Records that all roles have read were deleted', { records });
    } finally {
      await offsets.close();
      await admin.close();
    }
  };
  return repeatedly(hourMilliseconds, deleteRead, (error) =>
    logger.warn('Records that all roles have read could not be deleted; trying again later', { error }),
  );
}
