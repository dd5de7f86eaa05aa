/** Taking records from a pool: one from its page, several from a list, or the next one in the pool's order. */

import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { ApiError } from "../../api/client";
import { type PoolPlan, useClaim, usePool } from "../../api/pools";
import { useNotify } from "../../shared/useNotify";
import { useFrame } from "../shell/frame";
import "./pools.css";

/** Takes them and tells what became of it; `onTaken` with those that are mine now. */
const useTaking = (pool: PoolPlan, onTaken: (taken: readonly string[]) => void) => {
  const { t } = useTranslation();
  const notify = useNotify();
  const claim = useClaim(pool.key);
  const take = (ids: readonly string[]) =>
    claim.mutateAsync(ids).then(
      ({ taken, failed }) => {
        const first = failed[0];
        if (first) notify.failed(new ApiError({ status: 409, problems: first.problems }));
        if (taken.length) notify.done(t("pools.taken", { count: taken.length }));
        else if (!first) notify.warn(t("pools.none"));
        onTaken(taken);
      },
      (error: unknown) => notify.failed(error),
    );
  return { take, isBusy: claim.isPending };
};

export const ClaimOne = ({ pool, recordId }: { pool: PoolPlan; recordId: string }) => {
  const { t } = useTranslation();
  const { take, isBusy } = useTaking(pool, () => undefined);
  return (
    <Button type="primary" loading={isBusy} onClick={() => void take([recordId])}>
      {t("pools.claim")}
    </Button>
  );
};

export const ClaimMany = ({
  pool,
  ids,
  onDone,
}: {
  pool: PoolPlan;
  ids: readonly string[];
  onDone: () => void;
}) => {
  const { t } = useTranslation();
  const { take, isBusy } = useTaking(pool, (taken) => taken.length && onDone());
  return (
    <Button type="primary" size="small" loading={isBusy} onClick={() => void take(ids)}>
      {t("pools.claim")}
    </Button>
  );
};

/** In the pool's own list: the next one, and how many one may still take. */
export const ClaimNext = ({ pool, form }: { pool: PoolPlan; form: string }) => {
  const { t } = useTranslation();
  const frame = useFrame();
  const { data } = usePool(pool.key);
  const { take, isBusy } = useTaking(pool, ([first]) => first && frame.openRecord(form, first));
  const isFull =
    data !== undefined &&
    ((data.most !== null && data.held >= data.most) || (data.daily !== null && data.taken >= data.daily));
  return (
    <>
      <Button type="text" loading={isBusy} disabled={isFull} onClick={() => void take([])}>
        {t("pools.next")}
      </Button>
      {data ? (
        <span className="pool-limits" role="status">
          {data.daily === null ? null : (
            <span>{t("pools.today", { taken: data.taken, daily: data.daily })}</span>
          )}
          {data.most === null ? null : <span>{t("pools.held", { held: data.held, most: data.most })}</span>}
        </span>
      ) : null}
    </>
  );
};
