using Microsoft.EntityFrameworkCore;

namespace Im.Core.Data;

/// <summary>
/// Lines of a conversation that follow one another, as the search finds them: <see cref="Search.SearchIndexer"/> makes it after they are committed. The newest one's end is the mark from which
/// the conversation is still to be indexed.
/// </summary>
internal sealed class SearchChunk
{
    public Guid ConversationId { get; init; }

    public long FirstLine { get; init; }

    public long LastLine { get; init; }

    /// <summary>The earliest and the latest time of its lines, by which it is passed over or visited first.</summary>
    public DateTime Oldest { get; init; }

    public DateTime Newest { get; init; }

    /// <summary>
    /// Of all its texts, without doubles. Null when one of them was edited or erased since, by a trigger in that transaction: until it is made anew, its texts are read one by one.
    /// </summary>
    public short[]? Tokens { get; init; }

    public static void Map(ModelBuilder builder) => builder.Entity<SearchChunk>(chunk =>
    {
        chunk.ToTable("search_chunks");
        chunk.HasKey(c => new { c.ConversationId, c.FirstLine }).HasName("pk_search_chunks");
        chunk.Property(c => c.ConversationId).HasColumnName("conversation_id");
        chunk.Property(c => c.FirstLine).HasColumnName("first_line");
        chunk.Property(c => c.LastLine).HasColumnName("last_line");
        chunk.Property(c => c.Oldest).HasColumnName("oldest");
        chunk.Property(c => c.Newest).HasColumnName("newest");
        chunk.Property(c => c.Tokens).HasColumnName("tokens");
        // Searches read what was not merged yet one by one, so little is left for later.
        chunk.HasIndex(c => c.Tokens).HasMethod("gin").HasStorageParameter("gin_pending_list_limit", 1024).HasDatabaseName("ix_search_chunks_tokens");
        chunk.HasIndex(c => new { c.Newest, c.ConversationId, c.FirstLine }).HasDatabaseName("ix_search_chunks_newest");
        chunk.HasIndex(c => new { c.ConversationId, c.FirstLine }).HasFilter("tokens IS NULL").HasDatabaseName("ix_search_chunks_open");
    });
}
