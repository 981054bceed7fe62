namespace Aspire.Containerless.Lifecycle;

/// <summary>How long to wait before a crashed replica is started again: half a second, doubled each time up to half a minute; over again once it has run for that long.</summary>
internal sealed class RestartBackOff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public int Crashes { get; private set; }

    public TimeSpan Next(TimeSpan ranFor)
    {
        Crashes = ranFor >= Longest ? 1 : Crashes + 1;
        var delay = First * Math.Pow(2, Math.Min(Crashes - 1, 10));
        return delay < Longest ? delay : Longest;
    }

    public void Reset() => Crashes = 0;
}
