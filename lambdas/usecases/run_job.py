"""Run a job's workflow to its end, whatever that is."""

from lambdas.ports import Jobs, Workflow


def run_job(jobs: Jobs, workflow: Workflow, job_id: str) -> bool:
    """Whether the job needs no other run: it has ended, or there is no such job.

    Running it once more than needed is harmless: nothing that has ended changes.
    """
    job = jobs.get(job_id)
    if job is None or not job.is_open:
        return True
    return workflow.run(job_id)
