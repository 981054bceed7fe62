using System.Net;
using Im.Client.Chat;
using Im.Protocol;

namespace Im.Tests.Fixtures;

/// <summary>Somebody at a browser of their own: one session, logged in through the gateway, with any number of connections (tabs) on chosen nodes.</summary>
internal sealed class ChatUser : IAsyncDisposable
{
    private readonly Uri _web;
    private readonly List<ChatConnection> _connections = [];

    private ChatUser(Uri web, string password) => (_web, Password) = (web, password);

    /// <summary>The browser's: its session.</summary>
    public CookieContainer Cookies { get; } = new();

    /// <summary>Null for a guest.</summary>
    public UserInfo? Profile { get; private set; }

    public UserInfo User => Profile ?? throw new InvalidOperationException("A guest is no user.");

    public string Password { get; }

    public IReadOnlyList<ChatConnection> Connections => _connections;

    /// <summary>A new account with a nickname of its own, which begins with <paramref name="name"/> (up to 7 characters).</summary>
    /// <param name="web">The gateway's address.</param>
    public static async Task<ChatUser> JoinAsync(Uri web, string name = "user", string brief = "")
    {
        var user = new ChatUser(web, $"password of {name}");
        await using var client = user.NewClient(null, null);
        user.Profile = (await client.LoginAsync($"{name}-{Guid.NewGuid().ToString("N")[..8]}", user.Password, brief)).User;
        return user;
    }

    /// <summary>The same account in another browser: a session of its own.</summary>
    public async Task<ChatUser> InAnotherBrowserAsync()
    {
        var other = new ChatUser(_web, Password);
        await using var client = other.NewClient(null, null);
        other.Profile = (await client.LoginAsync(User.Nickname, Password)).User;
        return other;
    }

    /// <summary>Logs in again if the session is gone, as after a Redis that lost its data.</summary>
    public async Task EnsureLoggedInAsync()
    {
        await using var client = NewClient(null, null);
        if ((await client.GetMeAsync()).User is null)
            await client.LoginAsync(User.Nickname, Password);
    }

    public static ChatUser Guest(Uri web) => new(web, "");

    /// <summary>Opens a connection, through the gateway or, with an <paramref name="address"/>, to a node itself.</summary>
    /// <param name="node">The node's name; the test fails when another one takes the connection.</param>
    /// <param name="startAfter">The lobby's messages are given from the one after this; null: from what is said after connecting.</param>
    public async Task<ChatConnection> ConnectAsync(string? node = null, Uri? address = null, long? startAfter = null)
    {
        var connection = new ChatConnection(NewClient(node, address, startAfter), Profile?.Nickname ?? "a guest");
        _connections.Add(connection);
        await connection.OpenAsync(node);
        return connection;
    }

    /// <summary>A connection that the caller disposes of: a borrowed user must not keep it.</summary>
    /// <param name="web">The way to the gateway; by another one than usual it goes whatever else there is.</param>
    public async Task<ChatConnection> OpenAsync(Uri web, string? node = null)
    {
        var connection = new ChatConnection(new(new() { BaseAddress = web, Cookies = Cookies, Node = node, Direct = web == _web }), Profile?.Nickname ?? "a guest");
        await connection.OpenAsync(node);
        return connection;
    }

    public async ValueTask DisposeAsync() => await Task.WhenAll(_connections.Select(c => c.DisposeAsync().AsTask()));

    private ImClient NewClient(string? node, Uri? address, long? startAfter = null) => new(new()
    {
        BaseAddress = _web,
        Cookies = Cookies,
        Node = node,
        NodeAddress = address,
        StartAfter = startAfter is { } seq ? new Dictionary<ConversationId, long> { [ConversationId.Lobby] = seq } : new Dictionary<ConversationId, long>(),
    });
}
