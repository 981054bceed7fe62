namespace Aspire.Containerless.Servers;

/// <param name="Name">Resource name, used in messages.</param>
/// <param name="DataDirectory">Absolute path that keeps the data between runs; null for data thrown away when the server stops.</param>
/// <param name="Port">TCP port on 127.0.0.1.</param>
/// <param name="Password">Password of the default user.</param>
/// <param name="Server"><c>garnet</c>, or the path of a redis-server; null for what the environment and the machine offer.</param>
/// <param name="ThrowAwayDirectory">Where data is that nobody keeps; null for a new folder. Data of a server that crashed is there when it starts again.</param>
internal sealed record RedisServerOptions(string Name, string? DataDirectory, int Port, string Password, string? Server = null, string? ThrowAwayDirectory = null);
