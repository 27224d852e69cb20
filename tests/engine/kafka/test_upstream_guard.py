"""What the transport replaces or leans on upstream is still what it was when it was written.

`transport.py`, `consumer.py` and `batches.py` of `streams/engine/kafka` replace parts of Faust and
rely on others, and on parts of aiokafka, some of them private; `fetched.py` replaces how aiokafka
takes a fetch apart (with `damaged.py` and `record_by_record.py`), `access.py` relies on its
connections. A new version that changes one of these must be read before it is trusted: look at what
changed, see whether the transport still does the
right thing, and only then write down the new fingerprints
(`python tests/engine/kafka/test_upstream_guard.py` prints them).
"""

import hashlib
import inspect
import pkgutil
import sys
import textwrap
from importlib.resources import files

import pytest

#: What is looked at, with the fingerprint of its source.
FINGERPRINTS = {
    # replaced
    "faust.agents.agent:Agent._execute_actor": "f5fa58d0f95a",
    "faust.app.base:App.FlowControlQueue": "50547419903b",
    "faust.app.base:App._create_directories": "11b6b0b79e31",
    "faust.app.base:App._new_transport": "11beddacb9fe",
    "faust.app.base:App._stop_consumer": "96573acf5f04",
    "faust.app.base:App._wait_for_table_recovery_completed": "c969f7635084",
    "faust.app.base:BootStrategy.kafka_consumer": "492b1eb6a205",
    "faust.app.base:BootStrategy.tables": "b2c74adb5dd9",
    "faust.transport.base:Transport.create_consumer": "9eb4f22bbf3f",
    "faust.transport.conductor:Conductor._subscriber": "dce003bc3ef8",
    "faust.transport.consumer:Consumer._drain_messages": "8f35dd7a1114",
    "faust.transport.consumer:Consumer.ack": "5548cf0f7584",
    "faust.transport.drivers.aiokafka:AIOKafkaConsumerThread._commit": "78c931ecfa8d",
    "faust.transport.drivers.aiokafka:AIOKafkaConsumerThread._create_worker_consumer": (
        "c179c0bdb975"
    ),
    "mode.services:Service.stop": "c7859eae93d2",
    # relied on: the way from a channel to an agent
    "faust._cython:streams.pyx": "0041622f4a25",
    "faust.agents.actor:Actor.cancel": "f235081d02d1",
    "faust.agents.agent:Agent._prepare_actor": "396640be75ea",
    "faust.agents.agent:Agent.on_stop": "8acf359157ef",
    "faust.agents.manager:AgentManager.on_start": "c0d099500b75",
    "faust.agents.manager:AgentManager.stop": "c521f945a475",
    "faust.channels:Channel.__anext__": "a124d9f05c3e",
    "faust.channels:Channel.queue": "23acdb801478",
    "faust.streams:Stream._c_aiter": "e1c5071a8280",
    "faust.streams:Stream._py_aiter": "125c81c2d38d",
    "faust.topics:Topic.__aiter__": "9e2407907734",
    "faust.transport.conductor:Conductor.add": "ee55963a9c65",
    "mode.utils.queues:FlowControlQueue.force_put_nowait": "85a030cafc2c",
    "mode.utils.queues:FlowControlQueue.get": "a1a211a33312",
    "mode.utils.queues:ThrowableQueue._throw": "713ea005ca7f",
    "mode.utils.queues:ThrowableQueue.get": "b98b9af87831",
    # relied on: how an app starts, stops and crashes
    "faust.app.base:App._new_consumer": "a0d344acb0c4",
    "faust.app.base:App.on_init_dependencies": "70bd80ccc18f",
    "faust.app.base:App.on_start": "d86da08f9315",
    "faust.app.base:App.on_started": "d365049982f3",
    "faust.app.base:App.on_stop": "d8e7904b258c",
    "faust.app.base:BootStrategy.server": "2281b36f9896",
    "faust.app.base:BootStrategy.web_server": "258eb1ab0b8f",
    "mode.services:Service._actually_start": "40400a3d11d9",
    "mode.services:Service._crash": "023e36034cd9",
    "mode.services:Service._default_stop_children": "6ae33d6a91bf",
    "mode.services:Service.crash": "6e0b5672cd83",
    "mode.services:Service.wait_first": "3ed3b8c32e14",
    # relied on: aiokafka's rebalance, its fetched records, its private state
    "aiokafka.client:AIOKafkaClient.fetch_all_metadata": "fae96f64b07c",
    "aiokafka.consumer.consumer:AIOKafkaConsumer.commit": "f85283bf7c7c",
    "aiokafka.consumer.consumer:AIOKafkaConsumer.getmany": "01257a2c9786",
    "aiokafka.consumer.consumer:AIOKafkaConsumer.pause": "3b2487f0d1f1",
    "aiokafka.consumer.consumer:AIOKafkaConsumer.resume": "52dbfa31174f",
    "aiokafka.consumer.consumer:AIOKafkaConsumer.stop": "bf02b37ed4aa",
    "aiokafka.consumer.fetcher:FetchResult.check_assignment": "2ffd6c1af9bc",
    "aiokafka.consumer.fetcher:FetchResult.getall": "b638929de343",
    "aiokafka.consumer.fetcher:Fetcher._proc_fetch_request": "ace04969424f",
    "aiokafka.consumer.fetcher:Fetcher.fetched_records": "e20ce0c8117f",
    "aiokafka.consumer.group_coordinator:GroupCoordinator._heartbeat_routine": "a6c6710b8e4a",
    "aiokafka.consumer.group_coordinator:GroupCoordinator._on_join_complete": "186788a437c0",
    "aiokafka.consumer.group_coordinator:GroupCoordinator._on_join_prepare": "620a6bbc6725",
    "aiokafka.consumer.group_coordinator:GroupCoordinator._perform_assignment": "db2edc93b7b4",
    "aiokafka.consumer.group_coordinator:GroupCoordinator.check_errors": "c67ee34a37d9",
    "aiokafka.consumer.group_coordinator:GroupCoordinator.commit_offsets": "67fb44337ca7",
    "aiokafka.consumer.group_coordinator:GroupCoordinator.ensure_active_group": "44c4b92c3714",
    "aiokafka.consumer.subscription_state:TopicPartitionState": "2b83334afadf",
    # relied on: how it takes a fetch apart
    "aiokafka.codec:gzip_decode": "2cb491613473",
    "aiokafka.codec:lz4_decode": "854d85665737",
    "aiokafka.codec:snappy_decode": "c3451c6afa0b",
    "aiokafka.codec:zstd_decode": "366f86f6ee72",
    "aiokafka.consumer.consumer:AIOKafkaConsumer.start": "5ba1baa38f62",
    "aiokafka.consumer.fetcher:Fetcher.__init__": "15b78b16e0ee",
    "aiokafka.protocol.fetch:FetchRequest": "ef21d383f137",
    "aiokafka.consumer.fetcher:PartitionRecords._unpack_records": "047f7fc3f005",
    "aiokafka.record.default_records:_DefaultRecordPy": "89405104e45a",
    "aiokafka.record.control_record:ControlRecord": "29dd9949b946",
    "aiokafka.record.legacy_records:_LegacyRecordBatchPy": "22235cc4483e",
    "aiokafka.record.memory_records:_MemoryRecordsPy": "795a0314fbca",
    "aiokafka.coordinator.assignors.abstract:AbstractPartitionAssignor": "4089452a0220",
    # relied on: where a producer keeps what has ended its transaction
    "aiokafka.producer.transaction_manager:TransactionManager.error_transaction": "4acd8c0364a2",
    "aiokafka.producer.transaction_manager:TransactionManager.fatal_error": "982d69337228",
    "aiokafka.producer.transaction_manager:TransactionManager.wait_for_transaction_end": (
        "1854a3451346"
    ),
    # relied on: what a connection raises when a broker lets nobody in
    "aiokafka.conn:AIOKafkaConnection._do_sasl_handshake": "6ad86a0507e4",
    "aiokafka.conn:AIOKafkaConnection._do_version_lookup": "36660a12ae32",
    "aiokafka.conn:AIOKafkaConnection._on_read_task_error": "5ce490e091b7",
    "aiokafka.conn:AIOKafkaConnection.close": "7772fd3aee39",
    "aiokafka.conn:AIOKafkaConnection.connect": "179fa038c170",
    "aiokafka.conn:collect_hosts": "de96a718373b",
    "aiokafka.conn:create_conn": "673276cbddb4",
}


def source(name: str) -> str:
    if name.endswith(".pyx"):
        package, _, file = name.partition(":")
        return (files(package) / file).read_text()
    found = pkgutil.resolve_name(name)
    if isinstance(found, property):
        found = found.fget
    # A mode task is an object around its function.
    found = getattr(found, "fun", found)
    return textwrap.dedent(inspect.getsource(found))


def fingerprint(name: str) -> str:
    return hashlib.sha256(source(name).encode()).hexdigest()[:12]


@pytest.mark.parametrize("name", FINGERPRINTS)
def test_upstream_is_what_the_transport_was_written_against(name: str) -> None:
    assert fingerprint(name) == FINGERPRINTS[name], (
        f"{name} changed upstream: read the change, check streams/engine/kafka against it, "
        "then write down the new fingerprint"
    )


def test_a_changed_method_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "faust.app.base:App._stop_consumer"
    monkeypatch.setattr(sys.modules[__name__], "source", lambda name: "def _stop_consumer(): ...")
    assert fingerprint(name) != FINGERPRINTS[name]


if __name__ == "__main__":
    for name in FINGERPRINTS:
        sys.stdout.write(f'    "{name}": "{fingerprint(name)}",\n')
