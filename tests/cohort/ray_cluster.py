"""A Ray cluster on this machine for tests: a head that computes nothing, and machines that may die."""

import os

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # read when Ray is imported

from ray.cluster_utils import Cluster

MEMORY = 80 * 2**20
"""Bytes for results on their way, of each machine: as little as Ray allows."""
CORES = 1
"""Of each machine, as Ray counts."""
NOTICED = {"health_check_initial_delay_ms": 0, "health_check_period_ms": 300, "health_check_failure_threshold": 4}
"""A machine that does not answer any more is dead to the cluster after about a second; one that is slow is not."""


class TestCluster:
    """The head, and machines by the identity that Ray gives them."""

    __test__ = False

    def __init__(self):
        self._cluster = Cluster(
            initialize_head=True,
            head_node_args={
                "num_cpus": 0,
                "include_dashboard": False,
                "object_store_memory": MEMORY,
                "_system_config": NOTICED,
            },
        )
        self.address = self._cluster.address
        self.machines = {}

    def have(self, machines):
        """Add what is missing to that many."""
        while len(self.machines) < machines:
            self.add()

    def add(self, **environment):
        """One more machine; gives its identity."""
        node = self._cluster.add_node(num_cpus=CORES, object_store_memory=MEMORY, env_vars=environment)
        self.machines[node.node_id] = node
        return node.node_id

    def kill(self, machine):
        """End all processes of a machine at once; returns when the cluster knows."""
        self._cluster.remove_node(self.machines.pop(machine), allow_graceful=False)
        self._cluster.wait_for_nodes()

    def end(self):
        """End all that is left."""
        self._cluster.shutdown()
