using System.Diagnostics;
using System.Net;
using Im.Tests.Fixtures;
using Npgsql;
using StackExchange.Redis;

namespace Im.Tests.Web;

/// <summary>Redis or Postgres away: a coded answer soon, and everything as before when it is back.</summary>
public sealed class OutageTests(OutageTests.Server server) : IClassFixture<OutageTests.Server>, IDisposable
{
    // SE.Redis and Npgsql wait this long before they give an answer up, and a little for a busy machine.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly Browser _browser = server.NewBrowser();

    public void Dispose() => _browser.Dispose();

    [Fact]
    public async Task While_Redis_is_away_requests_are_unavailable_and_the_cookie_survives()
    {
        var nickname = WebCollection.NewNickname();
        await _browser.LoginAsync(nickname);
        var token = _browser.Token;

        server.Redis.Close();
        await AreUnavailableAsync(
            _browser.GetAsync("/api/me"), _browser.LoginAsync(nickname), _browser.PostAsync("/api/ticket"), _browser.PostAsync("/api/logout"), _browser.GetAsync("/api/nodes"));
        Assert.Equal(token, _browser.Token);
        Assert.Equal(HttpStatusCode.OK, (await _browser.GetAsync("/alive")).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _browser.GetAsync("/health")).Status);

        server.Redis.Open();
        await Eventually.TrueAsync(async () => (await _browser.GetAsync("/api/me")).Text.Contains(nickname, StringComparison.Ordinal), seconds: 20);
    }

    [Fact]
    public async Task While_Postgres_is_away_requests_that_need_it_are_unavailable()
    {
        var nickname = WebCollection.NewNickname();
        await _browser.LoginAsync(nickname);

        server.Postgres.Close();
        await AreUnavailableAsync(
            _browser.GetAsync("/api/me"), _browser.LoginAsync(nickname), _browser.LoginAsync(WebCollection.NewNickname()), _browser.PutAsync("/api/me", new { brief = "x" }),
            _browser.GetAsync("/api/conversations"), _browser.GetAsync("/api/conversations/lobby/messages"));
        (await _browser.PostAsync("/api/ticket")).ShouldBeOk(); // Redis is there

        server.Postgres.Open();
        await Eventually.TrueAsync(async () => (await _browser.GetAsync("/api/me")).Text.Contains(nickname, StringComparison.Ordinal), seconds: 20);
        (await _browser.PutAsync("/api/me", new { brief = "back" })).ShouldBeOk();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task While_a_server_hangs_health_answers_and_says_so(bool redis)
    {
        (await _browser.GetAsync("/health")).ShouldBeOk();
        var hung = redis ? server.Redis : server.Postgres;
        hung.Freeze();
        try
        {
            for (var i = 0; i < 3; i++)
                Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _browser.GetAsync("/health").WaitAsync(TimeSpan.FromSeconds(2))).Status);
        }
        finally
        {
            hung.Thaw();
        }
        await Eventually.TrueAsync(async () => (await _browser.GetAsync("/health")).Status == HttpStatusCode.OK, seconds: 30);
    }

    private static async Task AreUnavailableAsync(params Task<Answer>[] asked)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var answer in await Task.WhenAll(asked))
            Assert.NotNull(answer.ShouldBe(503, "unavailable").Headers.RetryAfter?.Delta);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Soon);
    }

    public sealed class Server : WebServer
    {
        internal TcpRelay Redis { get; } = To(((IPEndPoint)ConfigurationOptions.Parse(TestServers.Redis).EndPoints[0]).Port);

        internal TcpRelay Postgres { get; } = To(new NpgsqlConnectionStringBuilder(TestServers.Postgres).Port);

        protected override IEnumerable<KeyValuePair<string, string>> Settings
        {
            get
            {
                var redis = ConfigurationOptions.Parse(TestServers.Redis);
                redis.EndPoints.Clear();
                redis.EndPoints.Add(IPAddress.Loopback, Redis.Port);
                var postgres = new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Host = "127.0.0.1", Port = Postgres.Port };
                return [new("ConnectionStrings:redis", redis.ToString(includePassword: true)), new("ConnectionStrings:im", postgres.ConnectionString)];
            }
        }

        public override async Task DisposeAsync()
        {
            await base.DisposeAsync();
            await Redis.DisposeAsync();
            await Postgres.DisposeAsync();
        }

        private static TcpRelay To(int port) => new("127.0.0.1", port);
    }
}
