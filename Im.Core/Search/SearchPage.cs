using Im.Protocol;
using Im.Protocol.Kinds;

namespace Im.Core.Search;

/// <summary>A page of hits while it is being found: those that no chunk to come can put another one before are settled.</summary>
internal sealed class SearchPage
{
    public static readonly DateTime Ever = DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc);

    /// <summary>Texts looked at: then it ends, and the next page goes on.</summary>
    private const int MaxLinesRead = 16_384;

    private readonly SearchRequest _request;
    private readonly List<(SearchCursor Place, SearchHit Hit)> _hits = [];
    private readonly List<SearchUnit> _units = [];
    private int _linesRead;
    private DateTime? _newestLeft;

    public SearchPage(SearchRequest request)
    {
        _request = request;
        Since = TimeOf(request.Since) ?? DateTime.UnixEpoch;
        Until = TimeOf(request.Until) ?? Ever;
        if (request.After is { } after && after.At.AddMicroseconds(1) is var next && next < Until)
            Until = next;
    }

    public DateTime Since { get; }

    public DateTime Until { get; }

    public bool IsFull { get; private set; }

    public void Look(LineRange range, SearchLine line)
    {
        _linesRead++;
        if (line.Text is not { } text || line.At < Since || line.At >= Until || _request.From is { } from && from != line.Sender || _request.HasLink && !SearchText.HasLink(text) || _request.HasFile && !line.IsFile)
            return;
        var place = new SearchCursor(new DateTimeOffset(line.At).ToUnixMicroseconds(), range.Conversation, line.Line);
        if (_request.After is { } after && Compare(place, after) >= 0)
            return;
        _units.Clear();
        if (!_request.Terms.IsEmpty)
            SearchText.Read(text, _units);
        if (_request.Terms.Match(_units) is { } matches)
            _hits.Add((place, new(new(range.Conversation), line.Seq, line.Line, new(line.Sender, line.Nickname), new DateTimeOffset(line.At).ToUnixTimeMilliseconds(), text, matches) { Kind = line.IsFile ? KindNames.File : null }));
    }

    /// <param name="newestLeft">Of what was not looked at; null: nothing.</param>
    public void Settle(DateTime? newestLeft)
    {
        _newestLeft = newestLeft;
        // Where a page ended without having come on, the next one would end there too.
        IsFull = _hits.Count(IsSettled) > _request.Limit || _linesRead > MaxLinesRead && newestLeft is { } left && left.AddMicroseconds(1) < Until;
    }

    public (IReadOnlyList<SearchHit> Hits, SearchCursor? Next) Finish()
    {
        var settled = _hits.Where(IsSettled).ToList();
        settled.Sort((one, other) => Compare(other.Place, one.Place));
        var page = settled.Take(_request.Limit).ToList();
        return ([.. page.Select(found => found.Hit)],
            settled.Count > page.Count ? page[^1].Place : _newestLeft is { } left ? new(new DateTimeOffset(left).ToUnixMicroseconds(), Guid.AllBitsSet, long.MaxValue) : null);
    }

    private bool IsSettled((SearchCursor Place, SearchHit Hit) found) => _newestLeft is not { } left || found.Place.At > left;

    private static int Compare(SearchCursor one, SearchCursor other) => (one.AtMicros, one.Conversation, one.Line).CompareTo((other.AtMicros, other.Conversation, other.Line));

    private static DateTime? TimeOf(long? unixMilliseconds) => unixMilliseconds is { } at ? DateTime.UnixEpoch.AddMilliseconds(at) : null;
}
