using System.Net;
using System.Net.Sockets;
using System.Text;
using Im.Client;
using Im.Core.Data;
using Im.Core.Sessions;
using Im.Protocol;
using Im.Tests.Fixtures;
using Im.Tests.Web;
using Im.Web.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Im.Tests.Attack;

/// <summary>People, guests and an attacker at the web server and two nodes.</summary>
public abstract class AttackSuite(TwoNodes system) : IAsyncLifetime
{
    private static readonly Lazy<string> PasswordHash = new(() => new PasswordHasher<ImUser>().HashPassword(new(), "correct horse"));

    private readonly List<IAsyncDisposable> _opened = [];

    private protected TwoNodes Chat { get; } = system;

    private protected Person Jenny { get; private set; } = null!;

    private protected Person Tom { get; private set; } = null!;

    /// <summary>The attacker, logged in as herself.</summary>
    private protected Person Eve { get; private set; } = null!;

    public virtual async Task InitializeAsync()
    {
        Jenny = await JoinAsync();
        Tom = await JoinAsync();
        Eve = await JoinAsync();
    }

    public virtual async Task DisposeAsync()
    {
        foreach (var opened in _opened)
            await opened.DisposeAsync();
    }

    /// <summary>Somebody with the password "correct horse", logged in; without the hundred milliseconds that hashing one takes.</summary>
    private protected async Task<Person> JoinAsync()
    {
        var nickname = WebCollection.NewNickname();
        var user = new ImUser
        {
            Id = Guid.CreateVersion7(), UserName = nickname, NormalizedUserName = Nickname.KeyOf(nickname), Skeleton = Skeleton.Of(nickname), PasswordHash = PasswordHash.Value,
            SecurityStamp = nickname, LockoutEnabled = true, CreatedAt = DateTimeOffset.UtcNow,
        };
        await using var scope = Chat.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<ImDbContext>();
        database.Users.Add(user);
        await database.SaveChangesAsync();
        var browser = Chat.NewBrowser();
        browser.Token = (await Chat.Services.GetRequiredService<ISessionManager>().LoginAsync(null, user.Id, new("a browser", "127.0.0.1"))).Token;
        return new(browser, nickname, user.Id);
    }

    /// <summary>An open connection, past its <c>ready</c>.</summary>
    private protected async Task<RawConnection> OpenAsync(string? token, Uri? door = null, string? node = null)
    {
        var connection = await RawConnection.OpenAsync(RawConnection.AddressOf(door ?? Chat.Address, node), token is null ? null : $"im_session={token}", version: 1);
        _opened.Add(connection);
        await NextAsync<ReadyFrame>(connection);
        return connection;
    }

    /// <summary>What a client's frame is answered with.</summary>
    private protected async Task<ServerFrame> AskAsync(string? token, string frame)
    {
        var connection = await OpenAsync(token);
        await connection.SendTextAsync(frame);
        return await NextAsync<ServerFrame>(connection, answer => answer is ErrorFrame or AckFrame or HistoryFrame || answer is SessionFrame { Reason: SessionFrame.Authenticated });
    }

    /// <summary>Ends with the test.</summary>
    private protected void Keep(IAsyncDisposable opened) => _opened.Add(opened);

    private protected async Task IsRefusedAsync(string? token, string frame, string code) => Assert.Equal(code, Assert.IsType<ErrorFrame>(await AskAsync(token, frame)).Code);

    private protected static async Task<T> NextAsync<T>(RawConnection connection, Func<T, bool>? wanted = null) where T : ServerFrame
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await connection.ReceiveAsync(limit.Token) is { } frame)
            if (frame is T typed && wanted?.Invoke(typed) != false)
                return typed;
        throw new Xunit.Sdk.XunitException($"Closed with {connection.CloseCode} before a {typeof(T).Name} came.");
    }

    private protected static async Task<int?> ReadCloseAsync(RawConnection connection)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await connection.ReceiveAsync(limit.Token) is not null)
        {
        }
        return connection.CloseCode;
    }

    /// <summary>A handshake with headers a browser would not let a script choose; returns the answer's status.</summary>
    private protected static async Task<int> UpgradeAsync(Uri door, params (string Name, string Value)[] headers) => (await UpgradeRawAsync(door, headers)).Status;

    private protected static async Task<(int Status, string Head)> UpgradeRawAsync(Uri door, params (string Name, string Value)[] headers)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, door.Port);
        var stream = client.GetStream();
        var request = new StringBuilder($"GET /ws HTTP/1.1\r\nHost: {door.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n");
        foreach (var (name, value) in headers)
            request.Append($"{name}: {value}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{request}\r\n"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var buffer = new byte[8 * 1024];
        var head = "";
        int read;
        while (!head.Contains("\r\n\r\n", StringComparison.Ordinal) && (read = await stream.ReadAsync(buffer, limit.Token)) > 0)
            head += Encoding.ASCII.GetString(buffer, 0, read);
        return (int.Parse(head.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), head);
    }

    private protected sealed record Person(Web.Browser Browser, string Nickname, Guid Id)
    {
        public string Token => Browser.Token!;
    }
}
