using Im.Core.Messages;
using Im.Protocol;
using Im.Tests.Data;
using Npgsql;

namespace Im.Tests.Messages;

/// <summary>A migrated database with two nodes on it, and what tests of messages do again and again.</summary>
public sealed class StoreFixture : IAsyncLifetime
{
    internal TestDatabase Database { get; } = new();

    /// <summary>Of <c>CREATE DATABASE</c>; null: as the server makes one.</summary>
    internal string? DatabaseOptions { get; init; }

    internal StoreNode One { get; private set; } = null!;

    internal StoreNode Two { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (DatabaseOptions is { } options)
            await Database.CreateAsync(options);
        One = await StoreNode.StartAsync(Database.ConnectionString);
        Two = await StoreNode.StartAsync(Database.ConnectionString);
    }

    internal async Task<UserInfo> AddUserAsync()
    {
        var user = new UserInfo(Guid.NewGuid(), $"u{Guid.NewGuid():N}"[..12], "likes tea");
        await Database.ScalarAsync<object>(
            """
            INSERT INTO users (id, user_name, normalized_user_name, brief, created_at, lockout_enabled, access_failed_count) VALUES ($1, $2, upper($2), $3, now(), true, 0)
            """, user.Id, user.Nickname, user.Brief);
        return user;
    }

    internal async Task<List<UserInfo>> AddUsersAsync(int count)
    {
        var users = new List<UserInfo>();
        while (users.Count < count)
            users.Add(await AddUserAsync());
        return users;
    }

    internal static NewEvent ToLobby(UserInfo from, string text = "hello", string? id = null) =>
        Texts.New(ConversationId.Lobby, new(from.Id, from.Nickname), null, id ?? Guid.NewGuid().ToString(), text, 1_790_000_000_123, "realtime-1");

    internal static NewEvent Direct(UserInfo from, UserInfo to, string text = "hello", string? id = null) =>
        Texts.New(ConversationId.Direct(from.Id, to.Id), new(from.Id, from.Nickname), to.Id, id ?? Guid.NewGuid().ToString(), text, 1_790_000_000_123, "realtime-1");

    /// <summary>All messages of a conversation, read page by page.</summary>
    internal async Task<List<MessageInfo>> ReadAllAsync(ConversationId conversation)
    {
        var messages = new List<MessageInfo>();
        MessagePage page;
        do
        {
            page = await One.Messages.ReadMessagesAsync(conversation, before: null, after: messages.LastOrDefault()?.Seq ?? 0, ProtocolLimits.MaxPageMessages);
            messages.AddRange(page.Messages);
        }
        while (page.More);
        Assert.Equal(page.LastSeq, messages.Count);
        Assert.Equal(Enumerable.Range(1, messages.Count).Select(seq => (long)seq), messages.Select(message => message.Seq));
        return messages;
    }

    /// <summary>Holds the conversation's row, so that appends to it wait, until disposed.</summary>
    internal async Task<IAsyncDisposable> LockAsync(ConversationId conversation)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("SELECT id FROM conversations WHERE id = $1 FOR UPDATE", connection, transaction);
        command.Parameters.Add(new() { Value = conversation.Value });
        Assert.NotNull(await command.ExecuteScalarAsync());
        return connection;
    }

    /// <summary>How many connections wait for a lock.</summary>
    internal Task<long> CountWaitingAsync() => Database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");

    public async Task DisposeAsync()
    {
        await One.DisposeAsync();
        await Two.DisposeAsync();
        await Database.DisposeAsync();
    }
}
