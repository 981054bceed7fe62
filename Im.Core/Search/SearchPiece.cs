namespace Im.Core.Search;

/// <summary>A chunk as the indexer makes it, or makes it larger.</summary>
internal sealed class SearchPiece(long firstLine, long lastLine, DateTime oldest, DateTime newest, IEnumerable<short>? tokens, bool isStored)
{
    /// <summary>Long enough that what a row costs is little beside its tokens, and short enough to be read through for one text.</summary>
    public const int MaxLines = 80;

    private const int MaxTokens = 4_096;

    private readonly HashSet<short> _tokens = [.. tokens ?? []];

    public SearchPiece(long firstLine) : this(firstLine, firstLine - 1, DateTime.MaxValue, DateTime.MinValue, [], isStored: false) => IsChanged = true;

    public long FirstLine => firstLine;

    public long LastLine { get; private set; } = lastLine;

    public DateTime Oldest { get; private set; } = oldest;

    public DateTime Newest { get; private set; } = newest;

    public short[] Tokens => [.. _tokens.Order()];

    /// <summary>There is a row with its first line.</summary>
    public bool IsStored => isStored;

    public bool IsChanged { get; private set; }

    /// <summary>Its texts are to be read anew.</summary>
    public bool IsOpen { get; } = tokens is null;

    public int Lines => (int)(LastLine - FirstLine + 1);

    public bool IsFull => Lines >= MaxLines || _tokens.Count >= MaxTokens;

    public void Add(SearchLine line, List<SearchUnit> buffer)
    {
        IsChanged = true;
        LastLine = Math.Max(LastLine, line.Line);
        (Oldest, Newest) = (line.At < Oldest ? line.At : Oldest, line.At > Newest ? line.At : Newest);
        if (line.Text is not { } text)
            return;
        buffer.Clear();
        SearchText.Read(text, buffer);
        SearchText.AddTokens(buffer, _tokens);
        _tokens.Add(SearchText.SenderToken(line.Sender));
        if (SearchText.HasLink(text))
            _tokens.Add(SearchText.LinkToken);
        if (line.IsFile)
            _tokens.Add(SearchText.FileToken);
    }

    /// <summary>Takes the one behind it, where both together are no more than one may be.</summary>
    public bool TryTake(SearchPiece next)
    {
        if (Lines + next.Lines > MaxLines || _tokens.Count + next._tokens.Count > MaxTokens)
            return false;
        IsChanged = true;
        LastLine = next.LastLine;
        (Oldest, Newest) = (next.Oldest < Oldest ? next.Oldest : Oldest, next.Newest > Newest ? next.Newest : Newest);
        _tokens.UnionWith(next._tokens);
        return true;
    }
}
