"""The fit that runs, as the window shows it away from the Fit page."""

import math
from dataclasses import dataclass

from engine.network.network import Network
from studio.document.scope import Scope, group_at
from studio.document.sharing import owner_of


@dataclass(frozen=True, slots=True)
class Live:
    """How far a fit is.

    Args:
        share: of the fit that is done. epoch: the running one (from 1); epochs: how many. nodes: those it trains.
        layers: places of the layers with trained weights: "n2", or inside of a group "n5/n2".
        norms: the L2 norm of the gradient of each of them; empty before the first look.
    """

    share: float
    epoch: int
    epochs: int
    nodes: frozenset[str]
    layers: tuple[str, ...] = ()
    norms: tuple[float, ...] = ()

    def shown(self, network: Network, path: Scope) -> dict[str, float]:
        """Return card -> norm of the gradient of all weights that it stands for, for the cards in a path of groups.

        A card that shares its weights has the norm of their owner.
        """
        place = ""
        for node in path:
            owner = owner_of(network, node)
            group = group_at(network, owner)
            if group is None:
                return {}
            place, network = f"{place}{owner}/", group.network
        sums: dict[str, float] = {}
        for layer, norm in zip(self.layers, self.norms, strict=False):
            if layer.startswith(place):
                card = layer[len(place) :].partition("/")[0]
                sums[card] = sums.get(card, 0.0) + norm * norm
        owners = {node.id: owner_of(network, node.id) for node in network}
        return {node: math.sqrt(sums[owner]) for node, owner in owners.items() if owner in sums}
