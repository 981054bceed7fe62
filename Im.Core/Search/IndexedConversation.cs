namespace Im.Core.Search;

/// <summary>A conversation while some of its lines are being indexed.</summary>
internal sealed class IndexedConversation(Guid id, long lastLine)
{
    private readonly List<SearchLine> _lines = [];

    public Guid Id => id;

    /// <summary>Ascending: the newest, and those that are open.</summary>
    public List<SearchPiece> Pieces { get; } = [];

    /// <summary>First lines of the rows that are taken out, of which some are put in again.</summary>
    public List<long> Gone { get; } = [];

    /// <summary>There are further lines, for which this batch had no room.</summary>
    public bool HasMore { get; private set; }

    public IEnumerable<LineRange> Wanted(int newLines)
    {
        foreach (var piece in Pieces.Where(piece => piece.IsOpen))
            yield return new(id, piece.FirstLine, piece.LastLine);
        var first = Pieces.Count > 0 ? Pieces[^1].LastLine + 1 : 1;
        HasMore = lastLine >= first + newLines;
        if (lastLine >= first)
            yield return new(id, first, Math.Min(lastLine, first + newLines - 1));
    }

    public void Take(SearchLine line) => _lines.Add(line);

    public void Finish(List<SearchUnit> buffer)
    {
        _lines.Sort((one, other) => one.Line.CompareTo(other.Line));
        for (var i = 0; i < Pieces.Count; i++)
            if (Pieces[i].IsOpen)
            {
                Gone.Add(Pieces[i].FirstLine);
                var (first, last) = (Pieces[i].FirstLine, Pieces[i].LastLine);
                Pieces[i] = new(first);
                foreach (var line in _lines.Where(line => line.Line >= first && line.Line <= last))
                    Pieces[i].Add(line, buffer);
            }
        var indexed = Pieces.Count > 0 ? Pieces[^1].LastLine : 0;
        SearchPiece? next = null;
        foreach (var line in _lines.Where(line => line.Line > indexed))
        {
            (next ??= new(line.Line)).Add(line, buffer);
            var isRoom = Pieces.Count > 0 && !Pieces[^1].IsFull;
            if (!next.IsFull && next.Lines < (isRoom ? SearchPiece.MaxLines - Pieces[^1].Lines : SearchPiece.MaxLines))
                continue;
            Join(next);
            next = null;
        }
        if (next is not null)
            Join(next);
    }

    // As with binary numbers: what is smaller than what comes behind it, or makes it full, becomes one with it. So a line is written anew only a few times while its chunk grows.
    private void Join(SearchPiece next)
    {
        while (Pieces.Count > 0 && Pieces[^1] is var last && last.LastLine + 1 == next.FirstLine && (last.Lines <= next.Lines || last.Lines + next.Lines == SearchPiece.MaxLines))
        {
            if (!last.TryTake(next))
                break;
            Pieces.RemoveAt(Pieces.Count - 1);
            if (next.IsStored)
                Gone.Add(next.FirstLine);
            next = last;
        }
        Pieces.Add(next);
        if (next is { IsStored: true, IsChanged: true } && !Gone.Contains(next.FirstLine))
            Gone.Add(next.FirstLine);
    }
}
