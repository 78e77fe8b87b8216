"""A plan as text."""

from tabulate import tabulate

from sleeptalk.model_zoo.planning.plan import GpuPlan, Plan


def plan_text(plan: Plan) -> str:
    """A plan for people: what is trained, what it takes, and what of that is assumed."""
    roles = ", ".join(f"{role} {count:,}" for role, count in plan.samples.items())
    used = plan.memory
    lines = [
        (
            f"Plan of {plan.recipe}: a base of {plan.base_parameters:,} parameters ({plan.base}); "
            f"{plan.trained_parameters:,} are trained"
        ),
        f"samples  {sum(plan.samples.values()):,} ({roles})",
        f"tokens   {plan.tokens:,} an epoch, {plan.learned_tokens:,} of them learned; {plan.counted}",
        f"steps    {plan.steps:,}, {plan.micro_batch} samples a forward pass, {plan.exaflops:.3g} exaFLOP in all",
        (
            f"memory   {used.total:.3g} GB: weights {used.weights:.3g}, adapter with gradients and optimiser "
            f"{used.adapter_gradients_optimiser:.3g}, activations {used.activations:.3g}, logits {used.logits:.3g}, "
            f"context and fragments {used.context_and_fragments:.3g}"
        ),
        "",
        tabulate(
            [[one.name, one.count or "-", _hours(one), _remark(one)] for one in plan.gpus],
            headers=["GPU", "needed", "time", ""],
            disable_numparse=True,
        ),
        "",
        *(f"- {assumption}" for assumption in plan.assumptions),
    ]
    return "\n".join(lines)


def _hours(gpu: GpuPlan) -> str:
    if gpu.hours is None:
        return "-"
    if gpu.hours < 1 / 60:
        return "< 1 min"
    return f"{gpu.hours:.1f}" if gpu.hours >= 1 else f"{60 * gpu.hours:.0f} min"


def _remark(gpu: GpuPlan) -> str:
    if gpu.note:
        return f"does not fit: {gpu.note}"
    if gpu.count == 1:
        return ""
    with_changes = f"one is enough with {' and '.join(gpu.instead)}" if gpu.instead else "no change makes one enough"
    return f"does not fit{' on one' if gpu.count else ''}: {with_changes}"
