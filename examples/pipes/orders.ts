/** The TypeScript side of a Dagster asset: makes the orders of one day and reports them. */
import { MetadataValue, runDagsterPipes } from "sluice/pipes";

await runDagsterPipes((pipes) => {
  const day = pipes.isPartitionStep ? pipes.partitionKey : "2026-01-01";
  const limit = pipes.getExtra<number>("limit", 3);
  pipes.log.info("making at most %d orders of %s", limit, day);

  const orders = Array.from(
    { length: limit },
    (_, index) => ({ id: index + 1, day, amount: 10 * (index + 0.5) }),
  );
  const total = orders.reduce((sum, { amount }) => sum + amount, 0);

  pipes.reportAssetMaterialization({
    dataVersion: `${day}-${orders.length}`,
    metadata: {
      "dagster/row_count": orders.length,
      total: MetadataValue.float(total),
      preview: MetadataValue.table({ records: orders }),
    },
  });
  pipes.reportAssetCheck({ checkName: "has_orders", passed: orders.length > 0, metadata: { total } });
});
