using Im.Bench.Load;

namespace Im.Bench.Scenarios;

/// <summary>Round trips of "is typing", one at a time: somebody on the first node types to somebody on the second, who types back.</summary>
internal sealed class TypingLoad(TypingPairs pairs) : MeasuredLoad
{
    private long _startedAt;
    private bool _underWay, _stopping;

    public override string Missing => $"an event between {pairs.Near.UserId} and {pairs.Far.UserId} did not come";

    public override void OnTick(long now)
    {
        if (_underWay || _stopping || !pairs.MayBegin(now))
            return;
        (_underWay, _startedAt) = (true, now);
        pairs.Near.SendTyping(pairs.Far.UserId);
    }

    public override void OnTyping(LoadConnection connection, long now)
    {
        if (!_underWay)
            return;
        if (connection == pairs.Far)
            pairs.Far.SendTyping(pairs.Near.UserId);
        if (connection != pairs.Near)
            return;
        CountDelivery(now - _startedAt);
        _underWay = false;
        pairs.Next();
        if (_stopping)
            End();
        else
            OnTick(now);
    }

    public override void Stop()
    {
        _stopping = true;
        if (!_underWay)
            End();
    }
}
