using System.Diagnostics;
using System.Globalization;
using System.Text;
using Im.Bench.Load;

namespace Im.Bench.Scenarios;

/// <summary>Asks for pages of a conversation's history, one after the other.</summary>
/// <param name="before">The newest page when null; else a page that ends before a sequence below this one, each time another.</param>
internal sealed class HistoryLoad(LoadConnection connection, Guid with, int? before) : MeasuredLoad
{
    private const int PageMessages = 50;

    private long _askedAt;
    private bool _stopping;

    public override string Missing => "a page of history did not come";

    public override void OnStart(long now) => Ask();

    public override void OnHistory(LoadConnection from, ReadOnlySpan<byte> record, long now)
    {
        if (from != connection)
            return;
        if (record.Count(connection.Codec.SubProtocol is null ? "\"seq\":"u8 : "\"line\":"u8) != PageMessages)
            throw new LoadException("A page of history has not the messages it should have.");
        CountAck(now - _askedAt);
        if (_stopping)
            End();
        else
            Ask();
    }

    public override void Stop() => _stopping = true;

    private void Ask()
    {
        var cursor = before is { } last ? string.Create(CultureInfo.InvariantCulture, $"\"before\":{Random.Shared.Next(PageMessages + 1, last)},") : "";
        _askedAt = Stopwatch.GetTimestamp();
        connection.SendText(Encoding.ASCII.GetBytes($$"""{"type":"{{(connection.Codec.SubProtocol is null ? "history" : "lines")}}","id":"h",{{cursor}}"user":"{{with}}","limit":{{PageMessages}}}"""));
    }
}
