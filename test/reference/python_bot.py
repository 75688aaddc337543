"""Writes what the Python bot that Holdfast replaces may have left: python_bot.py FOLDER.

Run with Debian's python3 (numpy, joblib, h5py). The result is committed in test/fixtures/python-bot,
so that the tests need no Python; one test runs this again where there is one, and compares the values.

  everything.pN   the same values in pickle protocols 0 to 5; everything.*.joblib, also packed
  plain/          dictionaries, datetimes, a defaultdict by tuples, numpy arrays
  objects/        data classes, enumerations, deques, Decimals, joblib with zlib
  whole/          the bot's own classes pickled as they stand, with all that they carry
  nested/         dictionaries in dictionaries, arrays without dimensions, a matrix beside its names
  evil.pkl        would run a command where it is unpickled
"""

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import json
import os
import pickle
import sys
import types

import joblib
import numpy as np

UTC = dt.timezone.utc
START = dt.datetime(2025, 3, 1, 12, 0, 0)


def module(name):
    """A module by this name, so that classes pickle as the old bot's."""
    parts = name.split(".")
    for depth in range(1, len(parts) + 1):
        path = ".".join(parts[:depth])
        sys.modules.setdefault(path, types.ModuleType(path))
    return sys.modules[name]


def put(name, cls):
    cls.__module__ = name
    cls.__qualname__ = cls.__name__
    setattr(module(name), cls.__name__, cls)
    return cls


class Side(enum.Enum):
    LONG = "long"
    SHORT = "short"


put("bot.core", Side)


@dataclasses.dataclass
class Trade:
    symbol: str
    side: Side
    entry_price: decimal.Decimal
    exit_price: decimal.Decimal
    quantity: decimal.Decimal
    leverage: int
    pnl: decimal.Decimal
    pnl_percent: float
    entry_time: dt.datetime
    exit_time: dt.datetime
    exit_reason: str
    strategy: str


put("bot.core", Trade)


class Analytics:
    pass


put("bot.analytics", Analytics)


class RandomForestClassifier:
    pass


put("sklearn.ensemble._forest", RandomForestClassifier)


class StandardScaler:
    pass


put("sklearn.preprocessing._data", StandardScaler)


class Slotted:
    __slots__ = ("price",)


put("bot.core", Slotted)


def everything(protocol=5):
    shared = ["shared"]
    slotted = Slotted()
    slotted.price = 1.5
    return {
        # Slots need a state of their own, which the first two protocols have not.
        **({"slotted": slotted} if protocol >= 2 else {}),
        "none": None,
        "flags": [True, False],
        "whole": [0, 1, -1, 255, 256, 65535, -65536, 2**31 - 1, 2**40, -(2**53)],
        "large": [2**64, -(2**80)],
        "float": [0.1, -2.5e-300, 1e22, float("inf"), float("-inf"), float("nan")],
        "text": ["", "plain", "ünïcödé €", "quote ' \" \\ \n tab\t", "x" * 300],
        "bytes": b"\x00\xff bytes",
        "tuple": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
        "shared": [shared, shared],
        "set": {3},
        "frozenset": frozenset([4]),
        "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
        "default": collections.defaultdict(int, {"k": 7}),
        "deque": collections.deque([1, 2, 3], maxlen=5),
        "datetime": dt.datetime(2025, 3, 1, 12, 30, 15, 250000),
        "zoned": dt.datetime(2025, 3, 1, 12, 30, 15, tzinfo=UTC),
        "ahead": dt.datetime(2025, 3, 1, 12, 30, tzinfo=dt.timezone(dt.timedelta(hours=2))),
        "date": dt.date(2025, 3, 1),
        "span": dt.timedelta(days=1, seconds=2, microseconds=3000),
        "decimal": decimal.Decimal("12.34"),
        "enum": Side.LONG,
        "scalar": [np.float64(1.25), np.int32(-7), np.bool_(True), np.float32(0.5)],
        "moment": np.datetime64("2025-03-01T12:00:00", "ns"),
        "vector": np.arange(4, dtype=np.float64) / 4,
        "single": np.arange(3, dtype=np.float32),
        "big": np.array([1, 2, 3], dtype=">i4"),
        "matrix": np.arange(6, dtype=np.int64).reshape(2, 3),
        "fortran": np.asfortranarray(np.arange(6, dtype=np.float64).reshape(2, 3)),
        "times": np.array(["2025-03-01", "2025-03-02"], dtype="datetime64[D]"),
        "objects": np.array(["a", None, 3], dtype=object),
    }


TRADES = [
    # symbol, side, entry, exit, quantity, leverage, pnl, minutes held, reason, strategy
    ("BTCUSDT", "long", 60000.0, 60600.0, 0.01, 5, 5.4, 90, "take_profit", "trend_following"),
    ("ETHUSDT", "short", 3000.0, 3030.0, 0.5, 3, -15.9, 45, "stop_loss", "mean_reversion"),
    ("BTCUSDT", "long", 61000.0, 61500.0, 0.02, 5, 9.2, 120, "trailing_stop", "momentum"),
    ("ETHUSDT", "long", 3050.0, 3000.0, 0.4, 3, -20.7, 300, "stop_loss", "breakout"),
    ("BTCUSDT", "short", 62000.0, 61000.0, 0.02, 5, 19.3, 600, "signal", "trend_following"),
]
REGIMES = ["trending_up", "trending_down", "ranging"]
LEVELS = ["low", "medium", "high"]
STRATEGIES = ["trend_following", "mean_reversion", "breakout", "momentum", "hold"]
FEATURES = ["rsi_14", "macd_histogram", "adx_14", "atr_ratio", "sentiment", "volume_ratio"]


def times_of(index, minutes):
    exit_time = START + dt.timedelta(hours=6 * index)
    return exit_time - dt.timedelta(minutes=minutes), exit_time


def curve():
    balance = 1000.0
    points = [(START - dt.timedelta(days=1), balance)]
    for index, trade in enumerate(TRADES):
        balance += trade[6]
        points.append((times_of(index, 0)[1], round(balance, 2)))
    return points


def q_value(regime, level, strategy):
    return round(REGIMES.index(regime) - 0.25 * LEVELS.index(level) + 0.1 * STRATEGIES.index(strategy), 4)


def model():
    forest = RandomForestClassifier()
    forest.__dict__.update(
        n_estimators=200, n_features_in_=6, _sklearn_version="1.2.2", trees=np.zeros((4, 5))
    )
    scaler = StandardScaler()
    scaler.__dict__.update(mean_=np.zeros(6), scale_=np.ones(6), _sklearn_version="1.2.2")
    return {"model": forest, "scaler": scaler, "feature_names": FEATURES, "version": 7}


def plain(folder):
    os.makedirs(folder, exist_ok=True)

    def dump(name, value):
        with open(os.path.join(folder, name), "wb") as file:
            pickle.dump(value, file, protocol=4)

    trades = []
    for index, row in enumerate(TRADES):
        symbol, side, entry, leave, quantity, leverage, pnl, minutes, reason, strategy = row
        opened, closed = times_of(index, minutes)
        trades.append(
            dict(symbol=symbol, side=side, entry_price=entry, exit_price=leave, quantity=quantity,
                 leverage=leverage, pnl=pnl, pnl_percent=100 * pnl * leverage / (entry * quantity),
                 entry_time=opened, exit_time=closed, exit_reason=reason, strategy=strategy)
        )
    dump("analytics_state.pkl", {
        "trade_history": trades,
        "equity_curve": curve(),
        "initial_balance": 1000.0,
        "sharpe_ratio": 1.2,
    })
    dump("risk_manager_state.pkl", {
        "total_trades": 25, "winning_trades": 14, "losing_trades": 11,
        "total_profit": 140.5, "total_loss": 143.2,
        "peak_balance": 1015.0, "current_balance": 997.3, "current_drawdown": 1.7437,
        "win_streak": 1, "loss_streak": 0,
        "last_10_trades": [dict(symbol=t["symbol"], pnl=t["pnl"], time=t["exit_time"]) for t in trades] * 2,
        "daily_start_balance": 978.0, "daily_loss": 0.0, "trading_date": dt.date(2025, 3, 2),
    })
    table = collections.defaultdict(dict)
    visits = collections.defaultdict(dict)
    for regime in REGIMES:
        for level in LEVELS:
            for strategy in STRATEGIES:
                table[(regime, level)][strategy] = q_value(regime, level, strategy)
                visits[(regime, level)][strategy] = 2
    dump("q_table.pkl", {"q_table": table, "visit_counts": visits, "epsilon": 0.125, "epsilon_decay": 0.995})
    np.save(os.path.join(folder, "attention_weights.npy"), np.array([0.3, 0.2, 0.1, 0.1, 0.2, 0.1]))
    dump("signal_model.pkl", model())
    keras(os.path.join(folder, "deep_signal_model.h5"))


def objects(folder):
    os.makedirs(folder, exist_ok=True)
    state = Analytics()
    state.trades = collections.deque(maxlen=1000)
    for index, row in enumerate(TRADES):
        symbol, side, entry, leave, quantity, leverage, pnl, minutes, reason, strategy = row
        opened, closed = (each.replace(tzinfo=UTC) for each in times_of(index, minutes))
        exact = lambda number: decimal.Decimal(str(number))
        state.trades.append(
            Trade(symbol, Side(side), exact(entry), exact(leave), exact(quantity), leverage,
                  exact(pnl), 0.0, opened, closed, reason, strategy)
        )
    state.equityCurve = np.array([[when.replace(tzinfo=UTC).timestamp(), value] for when, value in curve()])
    joblib.dump(state, os.path.join(folder, "analytics_state.pkl"), compress=3)
    joblib.dump(
        collections.OrderedDict(totalTrades=np.int64(25), wins=np.int64(14), losses=np.int64(11),
                                balance=np.float64(997.3), peak=np.float64(1015.0), currentStreak=-3),
        os.path.join(folder, "risk_manager_state.pkl"),
    )
    joblib.dump(
        {"qTable": {regime: {level: np.array([q_value(regime, level, s) * 10 for s in STRATEGIES])
                             for level in LEVELS} for regime in REGIMES},
         "strategies": STRATEGIES, "epsilon": np.float64(0.25)},
        os.path.join(folder, "q_table.pkl"), compress=("gzip", 3),
    )
    weights = dict(zip(FEATURES, [3.0, 2.0, 1.0, 1.0, 2.0, 1.0]))
    np.save(os.path.join(folder, "attention_weights.npy"), weights, allow_pickle=True)


class Config:
    pass


class AnalyticsEngine:
    pass


class RiskManager:
    pass


class QLearningAgent:
    pass


class AttentionMechanism:
    pass


for own in (Config, AnalyticsEngine, RiskManager, QLearningAgent, AttentionMechanism):
    put("bot.main", own)


def with_fields(cls, **fields):
    made = cls()
    made.__dict__.update(fields)
    return made


def dumper(folder):
    os.makedirs(folder, exist_ok=True)

    def dump(name, value, protocol=4):
        with open(os.path.join(folder, name), "wb") as file:
            pickle.dump(value, file, protocol=protocol)

    return dump


def dictionaries():
    for index, row in enumerate(TRADES):
        opened, closed = times_of(index, row[7])
        yield dict(symbol=row[0], side=row[1], entry_price=row[2], exit_price=row[3], quantity=row[4],
                   leverage=row[5], pnl=row[6], entry_time=opened, exit_time=closed,
                   exit_reason=row[8], strategy=row[9], fees=0.5, confidence=0.7)


def whole(folder):
    dump = dumper(folder)
    limits = with_fields(Config, balance=5.0, kill_switch=False, daily_loss=0.05, max_drawdown=0.2)
    dump("analytics_state.pkl", with_fields(
        AnalyticsEngine,
        trades=collections.deque(dictionaries(), maxlen=10000),
        equity_curve=[dict(timestamp=when, equity=value) for when, value in curve()] + [dict(equity=1.0)],
        metrics=collections.defaultdict(float, sharpe=1.2), started=START,
    ))
    dump("risk_manager_state.pkl", with_fields(
        RiskManager,
        config=limits, current_balance=decimal.Decimal("997.30"), peak_balance=decimal.Decimal("1015"),
        wins=14, losses=11, consecutive_losses=20, kill_switch_active=np.bool_(True),
        kill_switch_reason="by hand", is_trading_allowed=False, cooldown_until=START,
        open_positions={"BTCUSDT": dict(side="long", quantity=0.01), "ETHUSDT": dict(side="short", quantity=2)},
        daily_stats=dict(date=dt.date(2025, 3, 2), pnl=-5.0, start_balance=1000.0, trades=3),
        daily_trades=3, trade_results=collections.deque([True, False]), pending=[], note=None,
    ))
    actions = STRATEGIES
    dump("q_table.pkl", with_fields(
        QLearningAgent,
        actions=actions, alpha=0.1, gamma=0.95, epsilon=0.05, epsilon_decay=0.99, episode=77,
        q_table=collections.defaultdict(dict, {
            f"{regime}_{level}": np.array([q_value(regime, level, each) for each in actions])
            for regime in REGIMES for level in LEVELS}),
        visit_counts=collections.defaultdict(int, {("trending_up_low", "momentum"): 7}),
        memory=collections.deque([("trending_up_low", "momentum", 0.4)], maxlen=10),
    ))
    dump("attention_weights.pkl", with_fields(
        AttentionMechanism, weights=np.array([3.0, 1.0, 2.0]), feature_names=["rsi_14", "adx_14", "mood"],
        learning_rate=0.01, steps=55,
    ))


def nested(folder):
    dump = dumper(folder)
    dump("risk_manager_state.pkl", {
        "version": 3,
        "state": {
            "statistics": {"total_trades": np.int64(25), "wins": np.array(14), "losses": np.array(11)},
            "drawdown": {"peak_balance": np.float64(1000), "current_drawdown_pct": 0.5, "max_drawdown": 12.0},
            "safety": {"kill_switch": {"active": True, "reason": "drawdown"}, "positions": {}},
            "daily": {"date": np.datetime64("2025-03-02"), "start_balance": 1001.0, "loss": 6.0},
        },
    }, 2)
    table = np.array([[[q_value(regime, level, each) for each in STRATEGIES] for level in LEVELS]
                      for regime in REGIMES]).reshape(9, 5)
    dump("q_table.pkl", {"agent": {
        "q_values": table, "states": [(regime, level) for regime in REGIMES for level in LEVELS],
        "actions": STRATEGIES, "visits": np.full((9, 5), 2), "hyper": {"alpha": 0.1, "epsilon": 0.2},
    }}, 2)
    dump("attention_weights.pkl", {
        "weights": {"rsi_14": np.float32(3), "adx_14": 1.0}, "learning_rate": 0.01, "temperature": 1.0,
    }, 2)


def keras(path):
    import h5py

    config = {"class_name": "Sequential", "config": {"name": "sequential", "layers": [
        {"class_name": "LSTM", "config": {"units": 8}}, {"class_name": "Dense", "config": {"units": 3}}]}}
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.12.0"
        file.attrs["model_config"] = json.dumps(config)
        weights = file.create_group("model_weights")
        weights.create_dataset("lstm/lstm/kernel:0", data=np.zeros((6, 32), dtype=np.float32))
        weights.create_dataset("dense/dense/kernel:0", data=np.zeros((8, 3), dtype=np.float32))


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/holdfast-was-run",)


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for protocol in range(6):
        with open(os.path.join(folder, f"everything.p{protocol}"), "wb") as file:
            pickle.dump(everything(protocol), file, protocol=protocol)
    values = everything()
    joblib.dump(values, os.path.join(folder, "everything.plain.joblib"))
    for name in ("zlib", "gzip", "bz2", "xz", "lzma"):
        joblib.dump(values, os.path.join(folder, f"everything.{name}.joblib"), compress=(name, 3))
    plain(os.path.join(folder, "plain"))
    objects(os.path.join(folder, "objects"))
    whole(os.path.join(folder, "whole"))
    nested(os.path.join(folder, "nested"))
    with open(os.path.join(folder, "evil.pkl"), "wb") as file:
        pickle.dump({"trades": [Evil()], "total": 1}, file)


if __name__ == "__main__":
    main(sys.argv[1])
