namespace Aspire.Containerless.Servers;

/// <param name="Name">Resource name, used in messages.</param>
/// <param name="DataDirectory">Absolute path that keeps the data between runs; null for data thrown away when the server stops.</param>
/// <param name="Port">TCP port on 127.0.0.1.</param>
/// <param name="UserName">The superuser to connect as.</param>
/// <param name="Password">Its password; a changed one is applied to existing data.</param>
/// <param name="ThrowAwayDirectory">Where data is that nobody keeps; null for a new folder. Data of a server that crashed is there when it starts again.</param>
internal sealed record PostgresServerOptions(string Name, string? DataDirectory, int Port, string UserName, string Password, string? ThrowAwayDirectory = null);
