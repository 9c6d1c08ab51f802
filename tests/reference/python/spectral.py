"""Spectra by numpy.fft, wavelets by PyWavelets, singular spectra by numpy.linalg."""

from __future__ import annotations

import numpy as np
import pywt
from scipy import linalg, signal, stats

from inputs import EPSILON, Market, Pair
from windows import Array, lag, over_windows, windows

Columns = dict[str, Array]

# Rows compared, for singular spectra are slow; their basis is up to an hour older.
NEWEST = 800


def columns(market: Market, pair: Pair) -> Columns:
    result: Columns = {}
    for domain in ("idx", "bqx"):
        values = pair.returns if domain == "idx" else pair.bqx(15)
        least = EPSILON["ratio" if domain == "idx" else "bqx"]
        parts = [fourier(values, width, least) for width in (64, 256)]
        parts += [wavelets(values, least), singular(values, market.timestamps)]
        result |= {name.replace("@", domain): each for part in parts for name, each in part.items()}
    return result


def strongest(power: Array, total: Array) -> Array:
    """The first bin that no other exceeds by more than rounding."""
    return np.argmax(power + EPSILON["score"] * total[:, None] >= power.max(axis=1, keepdims=True), axis=1)


def fourier(values: Array, width: int, least: float) -> Columns:
    every = windows(values, width)
    shaped = (every - every.mean(axis=1, keepdims=True)) * signal.get_window("hann", width)
    # Without the bins that stand for half a frequency.
    power = np.abs(np.fft.rfft(shaped, axis=1))[:, 1 : width // 2] ** 2
    total = power.sum(axis=1)
    total[~(total > (width * least) ** 2)] = np.nan
    frequency = np.arange(1, width // 2) / width
    rows = np.arange(len(values))
    dominant = strongest(np.nan_to_num(power), total)
    away = np.abs(np.arange(power.shape[1]) - dominant[:, None]) > 1
    second = strongest(np.where(away, np.nan_to_num(power), -1), total)
    padded = np.pad(power, ((0, 0), (0, 3 * width)))
    harmonics = sum(padded[rows, times * (dominant + 1) - 1] for times in (2, 3))
    known = np.where(np.isnan(total), np.nan, 0.0)
    parts = power / total[:, None]
    edge = (np.cumsum(parts, axis=1) < 0.95).sum(axis=1)
    dominant_frequency = frequency[dominant] + known
    recent = windows(dominant_frequency, 16)
    terms = {
        "dominant_frequency": dominant_frequency,
        "dominant_power": parts[rows, dominant],
        "second_frequency": frequency[second] + known,
        "harmonic_ratio": harmonics / power[rows, dominant] + known,
        "low_power": parts[:, frequency < 1 / 16].sum(axis=1),
        "high_power": parts[:, frequency > 1 / 4].sum(axis=1),
        "entropy": stats.entropy(parts, axis=1),
        "edge_95": frequency[np.minimum(edge, len(frequency) - 1)] + known,
        "noise_ratio": stats.gmean(power, axis=1) / power.mean(axis=1) + known,
        "power_trend": np.log(total / lag(total, 15)),
        "frequency_stability": 1 / (1 + recent.std(axis=1) / recent.mean(axis=1)),
    }
    return {f"fft_{term}_@_{width}": each for term, each in terms.items()}


def wavelets(values: Array, least: float) -> Columns:
    every = windows(values, 256)
    smooth, bands = every, []
    for _ in range(4):
        # PyWavelets keeps the coefficients in between: its first stands 3 before the oldest value.
        smooth, detail = pywt.dwt(np.roll(smooth, -3, axis=1), "db4", mode="periodization", axis=1)
        bands.append(detail)
    bands.append(smooth)
    energy = np.array([(band**2).sum(axis=1) for band in bands])
    whole = energy.sum(axis=0)
    floor = 256 * least**2
    whole[~(whole > floor)] = np.nan
    peaks = np.array([np.abs(band).max(axis=1) for band in bands[:4]])
    singularity = np.polyfit(np.arange(4), np.nan_to_num(np.log2(peaks)), 1)[0] - 0.5
    density = energy / np.array([[band.shape[1]] for band in bands])
    place = np.arange(smooth.shape[1]) - (smooth.shape[1] - 1) / 2
    spread = smooth.std(axis=1)
    moves = (place * (smooth - smooth.mean(axis=1, keepdims=True))).mean(axis=1)
    terms = {
        f"{name}_energy": each / whole
        for name, each in zip(("d1", "d2", "d3", "d4", "a4"), energy, strict=True)
    }
    terms |= {
        "d1_d3_ratio": np.where(energy[2] > floor, energy[0] / energy[2], np.nan),
        "detail_entropy": np.where(energy[:4].sum(axis=0) > floor, stats.entropy(energy[:4], axis=0), np.nan),
        "singularity": np.where((peaks > least).all(axis=0), singularity, np.nan),
        "dominant_scale": np.where(np.isnan(whole), np.nan, density.argmax(axis=0) + 1),
        "trend_strength": np.where(spread > least, moves / place.std() / spread, np.nan),
    }
    return {f"wavelet_{term}_@_256": each for term, each in terms.items()}


def singular(values: Array, timestamps: Array) -> Columns:
    """The basis is of the window that ended with the last full hour; weeks are whole hours of trading."""
    names = ("trend", "oscillation", "noise")
    terms = [*names, *(f"{name}_share" for name in names), "separability", "reconstruction_error"]
    result = {f"ssa_{term}_@_180": np.full(len(values), np.nan) for term in terms}
    every = windows(values, 180)
    ends_hour = (timestamps / 60_000 + 1) % 60 == 0
    known = ~np.isnan(over_windows(values, 239, lambda each: each[:, 0]))
    basis, separability = np.empty((60, 60)), np.nan
    for row in range(len(values) - NEWEST - 60, len(values)):
        if ends_hour[row] and row >= 180 and not np.isnan(every[row]).any():
            basis = basis_of(every[row])
            separability = weighted_correlation(every[row], basis)
        if not known[row]:
            continue
        trajectory = np.lib.stride_tricks.sliding_window_view(every[row], 60)
        scores = trajectory @ basis
        shares = np.array([(scores[:, part] ** 2).sum() for part in PARTS]) / (trajectory**2).sum()
        newest = [scores[-1, part] @ basis[-1, part] for part in PARTS]
        error = np.sqrt((scores[:, PARTS[2]] ** 2).sum() / trajectory.size)
        for term, value in zip(terms, [*newest, *shares, separability, error], strict=True):
            result[f"ssa_{term}_@_180"][row] = value
    return result


# Trend, oscillation and noise among the components.
PARTS = (slice(0, 2), slice(2, 6), slice(6, 60))


def basis_of(window: Array) -> Array:
    lags = [window[: len(window) - each] @ window[each:] / (len(window) - each) for each in range(60)]
    return np.linalg.eigh(linalg.toeplitz(lags))[1][:, ::-1]


def weighted_correlation(window: Array, basis: Array) -> float:
    trajectory = np.lib.stride_tricks.sliding_window_view(window, 60)
    scores = trajectory @ basis
    weights = np.convolve(np.ones(len(trajectory)), np.ones(60))
    trend, oscillation = (diagonals(scores[:, part] @ basis[:, part].T) / weights for part in PARTS[:2])
    norm = (weights * trend**2).sum() * (weights * oscillation**2).sum()
    return float((weights * trend * oscillation).sum() / np.sqrt(norm))


def diagonals(matrix: Array) -> Array:
    """Sums along the anti-diagonals."""
    flipped = matrix[:, ::-1]
    first = matrix.shape[1] - 1
    return np.array([np.trace(flipped, first - each) for each in range(sum(matrix.shape) - 1)])
