"""What an enterprise wants for its sales: staff, skilled staff and assets."""

from __future__ import annotations

from sim.kernel import maths
from sim.kernel.compiled import equation
from sim.model.state.sectors import relative_price
from sim.parameters import Labour, Population


@equation
def needed_staff(revenue: float, worker_revenue: float, productivity: float, price_share: float) -> float:
    """Staff needed for this month's sales (people): volume over labour productivity.

    Volume is sales over the relative price productivity^-price_share.
    """
    return 12.0 * revenue / (worker_revenue * productivity * relative_price(productivity, price_share))


@equation
def target_staff(needed: float, crew: float) -> float:
    """Desired staff: the needed staff, at least founders and minimum crew."""
    return crew + max(0.0, needed - crew)


@equation
def target_talent(staff: float, talent_wage: float, o: Population, labour: Labour) -> float:
    """Desired skilled staff: a share that rises with size and falls with the wage of talent."""
    share = o.talent_share * maths.exp(o.talent_elasticity * maths.log(max(staff, 1.0) / 100.0))
    return staff * min(labour.most_talent_share, share * labour.talent_premium / talent_wage)


@equation
def target_assets(staff: int, intensity: float, elasticity: float) -> float:
    """Target assets (million yuan): staff times the intensity at 100 staff times (staff/100)^elasticity."""
    return staff * intensity * maths.exp(elasticity * maths.log(max(staff, 1) / 100.0))
