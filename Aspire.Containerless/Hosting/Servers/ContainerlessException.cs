namespace Aspire.Containerless.Servers;

/// <summary>Something the machine lacks. The message is one sentence that says what and what to do; show it without a stack trace.</summary>
internal sealed class ContainerlessException(string message, Exception? innerException = null) : Exception(message, innerException);
