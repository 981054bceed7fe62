using System.Diagnostics;
using Im.Bench.Load;

namespace Im.Bench.Scenarios;

/// <summary>
/// Everybody on the one node with everybody on the other, in turn. A node passes "is typing" on once per conversation and 2 s, so no pair has its turn again before.
/// </summary>
internal sealed class TypingPairs(LoadConnection[] one, LoadConnection[] two)
{
    private static readonly long ReuseTicks = (long)(2.1 * Stopwatch.Frequency);

    private readonly long[] _usedAt = new long[one.Length * two.Length];
    private int _turn;

    public LoadConnection Near => one[_turn % one.Length];

    // The columns shift by one, row after row: each turn is another pair.
    public LoadConnection Far => two[(_turn + (_turn / one.Length)) % two.Length];

    public bool MayBegin(long now)
    {
        if (_usedAt[_turn] != 0 && now - _usedAt[_turn] < ReuseTicks)
            return false;
        _usedAt[_turn] = now;
        return true;
    }

    public void Next() => _turn = (_turn + 1) % _usedAt.Length;
}
