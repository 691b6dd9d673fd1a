#include "tests/cli/run_program.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <system_error>
#include <thread>

namespace oscope::test {
namespace {

using namespace std::chrono_literals;

std::string readText(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// In the child, between fork and exec: system calls only.
void redirect(const char* path, int descriptor) {
  const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || dup2(file, descriptor) < 0) _exit(127);
}

}  // namespace

Program::Program(const std::vector<std::string>& arguments, const Options& options) {
  std::vector<char*> argv{const_cast<char*>(OSCOPE_BINARY)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const std::string out = m_folder / "out", err = m_folder / "err";
  m_pid = fork();
  if (m_pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (m_pid > 0) return;
  redirect(out.c_str(), STDOUT_FILENO);
  redirect(err.c_str(), STDERR_FILENO);
  if (options.fileSizeLimit) {
    const rlimit limit{*options.fileSizeLimit, *options.fileSizeLimit};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN);
  }
  execv(argv[0], argv.data());
  _exit(127);
}

Program::~Program() {
  if (m_pid <= 0 || ended()) return;
  kill(m_pid, SIGKILL);
  waitpid(m_pid, nullptr, 0);
}

bool Program::ended() {
  int status = 0;
  if (!m_waitStatus && waitpid(m_pid, &status, WNOHANG) == m_pid) m_waitStatus = status;
  return m_waitStatus.has_value();
}

bool Program::waitForError(const std::string& text, std::chrono::seconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < deadline) {
    const bool last = ended();
    if (readText(m_folder / "err").find(text) != std::string::npos) return true;
    if (last) return false;
    std::this_thread::sleep_for(2ms);
  }
  return false;
}

void Program::send(int signal) {
  kill(m_pid, signal);
}

Outcome Program::wait() {
  if (!m_waitStatus) {
    int status = 0;
    waitpid(m_pid, &status, 0);
    m_waitStatus = status;
  }
  Outcome outcome;
  if (WIFEXITED(*m_waitStatus)) outcome.status = WEXITSTATUS(*m_waitStatus);
  if (WIFSIGNALED(*m_waitStatus)) outcome.signal = WTERMSIG(*m_waitStatus);
  outcome.out = readText(m_folder / "out");
  outcome.err = readText(m_folder / "err");
  return outcome;
}

Outcome oscope(const std::vector<std::string>& arguments) {
  return Program(arguments).wait();
}

Outcome oscopeWithFileSizeLimit(std::uint64_t bytes, const std::vector<std::string>& arguments) {
  return Program(arguments, {bytes}).wait();
}

std::filesystem::path sampleFolder() {
  return std::filesystem::path(OSCOPE_SOURCE_DIR) / "resources" / "sample";
}

}  // namespace oscope::test
