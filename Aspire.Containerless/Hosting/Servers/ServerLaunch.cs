namespace Aspire.Containerless.Servers;

/// <summary>
/// How to start one server as a plain process. Everything slow or fallible is done before: the process listens soon after it starts.
/// It stops on SIGTERM within 3 s and when its parent dies. No secret is in <see cref="Arguments"/>.
/// </summary>
/// <param name="Command">Absolute path of the executable.</param>
/// <param name="Arguments">Its arguments, unquoted.</param>
/// <param name="WorkingDirectory">An existing folder.</param>
/// <param name="Environment">Variables to add to the ambient ones.</param>
internal sealed record ServerLaunch(
    string Command, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment);
