/** The part of the helper by which what a failed run has made is undone. */

/** Functions and classes; StepTask stands before them. */
export const UNDO_CLASSES: string = String
  .raw`class RunEnded(BaseOperator):
    """Comes when all steps are over. Where none has failed, nothing is undone."""

    template_fields = ()

    def execute(self, context):
        states = states_of(context)
        failed = [task for task in steps_of(context) if states.get(task.task_id) in BAD]
        if failed:
            return {"error": first_error(context, failed, states)}
        others = self.get_flat_relatives(upstream=False)
        if any(getattr(task, "hook", None) for task in context["dag"].tasks):
            others = [task for task in others if getattr(task, "undoes", None)]
        raise DownstreamTasksSkipped(tasks=sorted(task.task_id for task in others))


class RunVerdict(BaseOperator):
    """The last task: what was undone does not make a failed run a good one."""

    template_fields = ()

    def execute(self, context):
        states = states_of(context)
        failed = [task for task in steps_of(context) if states.get(task.task_id) in BAD]
        left = [
            task.step
            for task in context["dag"].tasks
            if getattr(task, "undoes", None) and states.get(task.task_id) in BAD
        ]
        if left:
            self.log.error("Not undone: %s", ", ".join(sorted(left)))
        if failed:
            names = ", ".join(sorted(task.step for task in failed))
            raise AirflowFailException(f"Not all steps have succeeded: {names}")


BAD = ("failed", "upstream_failed")
UNDO_ENDS = ("success", "failed")
MOST_ERRORS = 100  # Each is asked for by itself.


def is_step(task):
    """Whether a task makes what its step makes."""
    return isinstance(task, StepTask) and task.undoes is None and task.hook is None


def steps_of(context):
    return [task for task in context["dag"].tasks if is_step(task)]


def states_of(context):
    """The states of all tasks of the run."""
    ti = context["ti"]
    states = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id])
    return states.get(ti.run_id, {})


def hook_request(task, context):
    """What a hook of the job is told of the run."""
    head = {
        "version": 1,
        "hook": task.hook,
        "runId": context["ti"].run_id,
        "job": task.job,
        "tags": task.run_tags or {},
    }
    if task.hook == "onRunStart":
        return head
    states = states_of(context)
    ends = [states.get(each.task_id) for each in steps_of(context)]
    undone = [
        states.get(each.task_id)
        for each in context["dag"].tasks
        if getattr(each, "undoes", None)
    ]
    counts = {
        "total": len(ends),
        "success": ends.count("success") - sum(undone.count(end) for end in UNDO_ENDS),
        "failed": ends.count("failed"),
        "skipped": ends.count("skipped"),
        "upstreamFailed": ends.count("upstream_failed"),
    }
    for name, end in (("undone", "success"), ("undoFailed", "failed")):
        if undone.count(end):
            counts[name] = undone.count(end)
    is_bad = any(end in BAD for end in ends)
    return {**head, "status": "failed" if is_bad else "success", "steps": counts}


def tell_failure(context, error):
    """Notes what a step has failed for, and when: of several the first counts."""
    told = {"error": error, "at": time.time()}
    context["ti"].xcom_push(key="sluice_failure", value=told)


def first_error(context, failed, states):
    """What failed first; a task that was killed has told nothing."""
    ended = [task for task in failed if states.get(task.task_id) == "failed"]
    pull = context["ti"].xcom_pull
    told = [
        found
        for task in ended[:MOST_ERRORS]
        if (found := pull(task_ids=task.task_id, key="sluice_failure"))
    ]
    if told and (error := min(told, key=lambda one: one["at"])["error"]):
        return error
    return {"name": "Error", "message": f"{(ended or failed)[0].step} failed"}


def undo_of(task, context):
    """What of a step this run has made, and what is to be undone of it for that."""
    pull = context["ti"].xcom_pull
    outputs = (pull(task_ids=task.undoes) or {}).get("outputs", ())
    made = [each for each in outputs if each["status"] == "made"]
    (ended,) = (each for each in context["dag"].tasks if isinstance(each, RunEnded))
    cause = pull(task_ids=ended.task_id)
    if not made or not cause:
        raise AirflowSkipException("The run has made nothing of it.")
    named = ("asset", "partition")
    return {
        "error": cause["error"],
        "made": [{name: each[name] for name in named if name in each} for each in made],
    }


def partitions_of(made):
    """The partitions of what was made, each once; None without partitions."""
    keys = dict.fromkeys(each["partition"] for each in made if "partition" in each)
    return list(keys) or None`;
