using System.Globalization;
using Im.Core.Data;
using Im.Protocol;

namespace Im.Core.Search;

/// <summary>Finds texts among those that somebody may read.</summary>
public interface ISearchStore
{
    /// <summary>
    /// A page of texts and files, newest first: of the lobby, of the user's direct conversations, and of rooms what <c>ReadScope</c> says. A text may be found up to 2 s after its commit, with its
    /// newest edit; what was erased is not found from that moment on. All of it is of one moment of the database.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Or it took longer than <see cref="ImDataSource.AnswerTimeout"/>.</exception>
    Task<SearchResponse> SearchAsync(Guid user, SearchRequest request, CancellationToken cancellationToken = default);
}

/// <param name="Terms">May be empty where something else is asked for.</param>
/// <param name="From">Who wrote it.</param>
/// <param name="Since">Unix milliseconds; <paramref name="Until"/> is not among them.</param>
public sealed record SearchRequest(
    SearchTerms Terms, int Limit, ConversationId? Conversation = null, Guid? From = null, long? Since = null, long? Until = null, bool HasLink = false, SearchCursor? After = null, bool HasFile = false);

/// <summary>A place in what was found: what comes after it is older, or as old and of a lesser conversation or line. Clients take it as opaque.</summary>
public sealed record SearchCursor(long AtMicros, Guid Conversation, long Line)
{
    private const int MaxChars = 96;

    internal DateTime At => DateTime.UnixEpoch.AddTicks(AtMicros * TimeSpan.TicksPerMicrosecond);

    public static bool TryParse(string text, out SearchCursor? cursor)
    {
        cursor = text.Length <= MaxChars && text.Split('-') is [var micros, var id, var line]
            && long.TryParse(micros, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at < DateTimeOffset.MaxValue.ToUnixMicroseconds()
            && Guid.TryParseExact(id, "N", out var conversation) && long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new(at, conversation, number) : null;
        return cursor is not null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{AtMicros}-{Conversation:N}-{Line}");
}
