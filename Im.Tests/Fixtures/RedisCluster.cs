using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Im.Tests.Fixtures;

/// <summary>A real Redis Cluster: three masters and a replica of each, six processes on this machine without data that lasts. They end with this process, whatever becomes of it.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private const int Shards = 3, Slots = 16_384;

    /// <summary>After so long without an answer a server counts as failed, and its replica takes over.</summary>
    private const int NodeTimeoutMs = 2_000;

    private static readonly Lazy<RedisCluster> SharedCluster = new(() => Task.Run(StartAsync).GetAwaiter().GetResult());

    private readonly string _folder = Directory.CreateTempSubdirectory("im-cluster-").FullName;
    private readonly RedisProcess[] _servers = [.. Enumerable.Range(0, Shards * 2).Select(_ => new RedisProcess(FreePort.Next(), FreePort.Next()))];

    private RedisCluster()
    {
    }

    /// <summary>One for all who break nothing; gone with the run.</summary>
    public static RedisCluster Shared => SharedCluster.Value;

    public string ConnectionString => string.Join(',', _servers.Select(server => $"127.0.0.1:{server.Port}"));

    /// <summary>Those that serve slots now, by port.</summary>
    public IEnumerable<int> Masters => _servers.Where(server => server.IsRunning && SlotsOf(server.Port).Any()).Select(server => server.Port);

    /// <exception cref="InvalidOperationException">No redis-server can be had.</exception>
    public static async Task<RedisCluster> StartAsync()
    {
        var cluster = new RedisCluster();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => cluster.End();
        try
        {
            foreach (var server in cluster._servers)
                cluster.Start(server);
            await cluster.JoinAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public IReadOnlyList<RedisProcess> Servers => _servers;

    /// <summary>The master of a slot, by port.</summary>
    public int MasterOf(int slot) => _servers.First(server => server.IsRunning && SlotsOf(server.Port).Any(range => range.From <= slot && slot <= range.To)).Port;

    public int ProcessIdOf(int port) => Find(port).ProcessId;

    public Task KillAsync(int port)
    {
        Find(port).End();
        return Task.CompletedTask;
    }

    /// <summary>The server hangs, until <see cref="ContinueAsync"/>.</summary>
    public Task StopAsync(int port) => UnixProcess.SignalAsync(Find(port).ProcessId, "STOP");

    public Task ContinueAsync(int port) => UnixProcess.SignalAsync(Find(port).ProcessId, "CONT");

    /// <summary>One that was killed comes back, and becomes the replica of who took its place.</summary>
    public async Task RestartAsync(int port)
    {
        Start(Find(port));
        await WholeAsync();
    }

    /// <summary>Ends the connections of the client of that name, at every server.</summary>
    public async Task CutAsync(string client)
    {
        foreach (var port in _servers.Where(server => server.IsRunning).Select(server => server.Port))
            foreach (var line in (await AskAsync(port, "CLIENT LIST")).Split('\n').Where(line => line.Contains($" name={client} ", StringComparison.Ordinal)))
                await AskAsync(port, $"CLIENT KILL ID {line.Split(' ')[0]["id=".Length..]}");
    }

    /// <summary>Every slot has a master, and each master a replica that has everything.</summary>
    public Task WholeAsync() => Eventually.TrueAsync(async () =>
    {
        foreach (var server in _servers)
        {
            if (await TryAskAsync(server.Port, "CLUSTER INFO") is not { } state || !state.Contains("cluster_state:ok", StringComparison.Ordinal))
                return false;
            if (await TryAskAsync(server.Port, "INFO replication") is not { } role || !role.Contains(role.Contains("role:master", StringComparison.Ordinal) ? "connected_slaves:1" : "master_link_status:up", StringComparison.Ordinal))
                return false;
        }
        return true;
    }, seconds: 60, expected: "every shard has a master and a replica");

    /// <summary>Moves a slot with what is in it to another master, as an operator does.</summary>
    public async Task MoveSlotAsync(int slot, int from, int to)
    {
        var (fromId, toId) = (await AskAsync(from, "CLUSTER MYID"), await AskAsync(to, "CLUSTER MYID"));
        await AskAsync(to, $"CLUSTER SETSLOT {slot} IMPORTING {fromId}");
        await AskAsync(from, $"CLUSTER SETSLOT {slot} MIGRATING {toId}");
        while (await AskAsync(from, $"CLUSTER GETKEYSINSLOT {slot} 100") is { Length: > 0 } keys)
            await AskAsync(from, $"MIGRATE 127.0.0.1 {to} \"\" 0 5000 KEYS {keys}");
        await AskAsync(to, $"CLUSTER SETSLOT {slot} NODE {toId}");
        await AskAsync(from, $"CLUSTER SETSLOT {slot} NODE {toId}");
    }

    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }

    private void End()
    {
        foreach (var server in _servers)
            server.End();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // A server that was ending still wrote there, or it is gone already.
        }
    }

    private RedisProcess Find(int port) => _servers.Single(server => server.Port == port);

    private void Start(RedisProcess server) => server.Start(
    [
        "--cluster-port", $"{server.BusPort}", "--dir", _folder, "--repl-diskless-sync-delay", "0", "--cluster-enabled", "yes", "--cluster-config-file", $"nodes-{server.Port}.conf",
        "--cluster-node-timeout", $"{NodeTimeoutMs}",
    ]);

    private async Task JoinAsync()
    {
        foreach (var server in _servers)
            await Eventually.TrueAsync(async () => await TryAskAsync(server.Port, "PING") == "PONG", seconds: 30, expected: "a redis-server answers");
        for (var index = 0; index < _servers.Length; index++)
        {
            await AskAsync(_servers[index].Port, $"CLUSTER SET-CONFIG-EPOCH {index + 1}");
            if (index < Shards)
                await AskAsync(_servers[index].Port, $"CLUSTER ADDSLOTSRANGE {Slots * index / Shards} {(Slots * (index + 1) / Shards) - 1}");
            if (index > 0)
                await AskAsync(_servers[index].Port, $"CLUSTER MEET 127.0.0.1 {_servers[0].Port} {_servers[0].BusPort}");
        }
        foreach (var (index, replica) in _servers.Skip(Shards).Index())
        {
            var master = await AskAsync(_servers[index].Port, "CLUSTER MYID");
            await Eventually.TrueAsync(async () => (await TryAskAsync(replica.Port, $"CLUSTER REPLICATE {master}")) == "OK", seconds: 30, expected: "a replica knows its master");
        }
        await WholeAsync();
    }

    private static IEnumerable<(int From, int To)> SlotsOf(int port) =>
        from line in Task.Run(() => AskAsync(port, "CLUSTER NODES")).GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let words = line.Trim().Split(' ')
        where words[2].Contains("myself", StringComparison.Ordinal) && words[2].Contains("master", StringComparison.Ordinal)
        from range in words.Skip(8)
        where !range.StartsWith('[')
        let ends = range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray()
        select (ends[0], ends[^1]);

    private static async Task<string?> TryAskAsync(int port, string command)
    {
        try
        {
            return await AskAsync(port, command);
        }
        catch (Exception e) when (e is SocketException or IOException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>One command to one server, by a connection of its own; an array's parts with a blank between.</summary>
    private static async Task<string> AskAsync(int port, string command)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port, limit.Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(command + "\r\n"), limit.Token);
        using var reader = new StreamReader(stream);
        return await ReadAsync(reader, command, limit.Token);
    }

    private static async Task<string> ReadAsync(StreamReader reader, string command, CancellationToken cancellationToken)
    {
        var line = await reader.ReadLineAsync(cancellationToken) ?? throw new IOException($"No answer to {command}.");
        switch (line[0])
        {
            case '-':
                throw new InvalidOperationException($"{command}: {line[1..]}");
            case '$' when int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture) is var length:
                var text = new char[Math.Max(0, length) + 2];
                await reader.ReadBlockAsync(text.AsMemory(), cancellationToken); // what servers say here is ASCII
                return new(text, 0, Math.Max(0, length));
            case '*':
                var parts = new string[int.Parse(line.AsSpan(1), CultureInfo.InvariantCulture)];
                for (var part = 0; part < parts.Length; part++)
                    parts[part] = await ReadAsync(reader, command, cancellationToken);
                return string.Join(' ', parts);
            default:
                return line[1..];
        }
    }
}
